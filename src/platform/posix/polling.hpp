// Waiting where the system's own wait is missing, has no time limit, or one by a clock that can be set.
#pragma once

#include "platform/platform.hpp"

#include <algorithm>
#include <semaphore.h>

namespace dao::platform
{

// Asks `holds` between pauses. `woken`: it holds.
template <class Holds>
Sleep poll_until(Holds &&holds, int64_t pause_ns, int64_t timeout_ns) noexcept
{
    const int64_t deadline_ns = monotonic_ns() + timeout_ns;
    ShortSleeps sleeps;
    while (!holds())
    {
        const int64_t now_ns = monotonic_ns();
        if (now_ns >= deadline_ns)
            return Sleep::timed_out;
        if (sleeps.until(std::min(deadline_ns, now_ns + pause_ns)) == Sleep::interrupted)
            return Sleep::interrupted;
    }
    return Sleep::woken;
}

// `woken`: a post was taken.
inline Sleep poll_semaphore(sem_t *semaphore, int64_t timeout_ns) noexcept
{
    return poll_until([semaphore]() noexcept { return sem_trywait(semaphore) == 0; }, 100'000, timeout_ns);
}

}
