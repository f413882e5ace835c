#include "platform/linux/timed_wait.hpp"
#include "platform/platform.hpp"

#include <cerrno>
#include <semaphore.h>

namespace dao::platform
{

void NamedSemaphore::post() noexcept
{
    int value = 0;
    if (sem_getvalue(static_cast<sem_t *>(native()), &value) == 0 && value < 1)
        sem_post(static_cast<sem_t *>(native()));
}

Sleep NamedSemaphore::wait(int64_t timeout_ns) noexcept
{
    if (timed_wait(static_cast<sem_t *>(native()), timeout_ns) == 0)
        return Sleep::woken;
    return errno == EINTR ? Sleep::interrupted : Sleep::timed_out;
}

}
