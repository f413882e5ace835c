#include "platform/linux/timed_wait.hpp"
#include "platform/platform.hpp"

#include <cstdio>
#include <semaphore.h>

namespace dao::platform
{

void NamedSemaphore::post() noexcept
{
    int value = 0;
    if (sem_getvalue(static_cast<sem_t *>(native()), &value) == 0 && value < 1)
        sem_post(static_cast<sem_t *>(native()));
}

// The C library keeps them as files there.
void NamedSemaphore::share_as(const char *semaphore_name, const File &file) noexcept
{
    char path[288];
    std::snprintf(path, sizeof path, "/dev/shm/sem.%s", semaphore_name + 1);
    FileInfo like;
    File semaphore;
    if (file.query(path, like) == Status::success && open_file(path, Access::read_write, semaphore) == Status::success)
        (void)semaphore.take_owner(path, like, 0);
}

Sleep NamedSemaphore::wait(int64_t timeout_ns) noexcept
{
    return timed_wait(static_cast<sem_t *>(native()), timeout_ns);
}

}
