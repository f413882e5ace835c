// Waiting for a semaphore where the system's own wait has no time limit, or one by a clock that can be set.
#pragma once

#include "platform/platform.hpp"

#include <algorithm>
#include <semaphore.h>

namespace dao::platform
{

// `woken`: a post was taken.
inline Sleep poll_semaphore(sem_t *semaphore, int64_t timeout_ns) noexcept
{
    constexpr int64_t pause_ns = 100'000;
    const int64_t deadline_ns = monotonic_ns() + timeout_ns;
    ShortSleeps sleeps;
    while (sem_trywait(semaphore) != 0)
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
