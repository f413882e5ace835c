#include "platform/platform.hpp"

#include <cerrno>
#include <semaphore.h>
#include <time.h>

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
    const int64_t deadline_ns = realtime_ns() + timeout_ns;
    const timespec deadline{deadline_ns / 1'000'000'000, deadline_ns % 1'000'000'000};
    if (sem_timedwait(static_cast<sem_t *>(native()), &deadline) == 0)
        return Sleep::woken;
    return errno == EINTR ? Sleep::interrupted : Sleep::timed_out;
}

}
