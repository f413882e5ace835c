// Waiting for the lock of whoever creates, replaces or removes a file; the attempt is each system's own.
#pragma once

#include "base/error.hpp"
#include "base/interrupts.hpp"
#include "base/lock_limit.hpp"
#include "platform/platform.hpp"

#include <optional>

namespace dao::platform
{

// `try_once()` gives how it ended, or nothing while another process has the lock. Ends with busy as an error after the
// thread's time limit for locks, and with interrupted.
template <class TryOnce>
Status wait_for_file_lock(const char *name, base::Interrupts &interrupts, TryOnce &&try_once) noexcept
{
    constexpr int64_t pause_ns = 1'000'000;
    const int64_t deadline_ns = base::lock_deadline_ns(monotonic_ns());
    ShortSleeps sleeps;
    for (;;)
    {
        if (const std::optional<Status> ended = try_once())
            return *ended;
        if (monotonic_ns() >= deadline_ns)
            return base::fail(DAO_E_BUSY,
                              "%s: busy: another process is creating or removing it; expected it to finish within the "
                              "time limit",
                              name);
        if (sleeps.until(monotonic_ns() + pause_ns) == Sleep::interrupted || interrupts.are_pending())
        {
            interrupts.forget();
            return base::condition(Status::interrupted, name);
        }
    }
}

}
