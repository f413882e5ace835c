// macOS has named semaphores, but can neither wait for one with a time limit nor tell its value. Names have at most 30
// bytes: longer ones cannot be opened.
#include "platform/platform.hpp"

#include <algorithm>
#include <semaphore.h>

namespace dao::platform
{

void NamedSemaphore::post() noexcept
{
    // Taking a post that is there and giving it back leaves it.
    (void)sem_trywait(static_cast<sem_t *>(native()));
    sem_post(static_cast<sem_t *>(native()));
}

// They are no files, and made with the mode that is asked for.
void NamedSemaphore::share_as(const char *, const File &) noexcept {}

Sleep NamedSemaphore::wait(int64_t timeout_ns) noexcept
{
    constexpr int64_t pause_ns = 100'000;
    const int64_t deadline_ns = monotonic_ns() + timeout_ns;
    ShortSleeps sleeps;
    while (sem_trywait(static_cast<sem_t *>(native())) != 0)
    {
        const int64_t now_ns = monotonic_ns();
        if (now_ns >= deadline_ns)
            return Sleep::timed_out;
        if (sleeps.until(std::min(deadline_ns, now_ns + pause_ns)) == Sleep::interrupted)
            return Sleep::interrupted;
    }
    return Sleep::woken;
}

}
