// Sleeping until something holds: what the waits in this folder are made of.
#pragma once

#include "wait/cancellation.hpp"
#include "wait/deadline.hpp"

#include <algorithm>

namespace dao::wait
{

// No sleep that begins now is longer: a waiter checks again even when the writer that should have woken it died before it could,
// or when somebody took the file away. A signal that comes as a sleep ends is missed. So no two are equally long, and one that
// comes a fixed time after the wait began, as an alarm does, or time and again, meets such a moment by chance alone.
inline int64_t longest_sleep_ns(int64_t now_ns) noexcept
{
    constexpr uint64_t spread_ns = 40'000'000;
    const uint64_t mixed =
        static_cast<uint64_t>(now_ns) * 0x9e3779b97f4a7c15; // as far apart for moments that are close
    return 100'000'000 - static_cast<int64_t>((mixed >> 32) % spread_ns);
}
// Where writers do not notify (DAO's), or this handle cannot say that it sleeps (read-only).
constexpr int64_t poll_ns = 500'000;

// B3 to B5. One sleep, to be followed by another check of what is waited for.
template <class Holds>
platform::Sleep sleep_once(const segment::Segment &segment, Holds &&holds, int64_t remaining_ns) noexcept
{
    if (segment.extension() == nullptr)
        return platform::sleep_until(platform::monotonic_ns() + std::min(remaining_ns, poll_ns));
    if (segment.is_lost())
        return platform::Sleep::woken; // no sleeper's mark into what may be somebody else's file now
    uint32_t expected = 0;
    if (segment.read_only())
        expected = base::Word<uint32_t>(&segment.extension()->wait_word).load_acquire();
    else
        expected = segment.notifier().prepare_sleep();
    if (holds())
        return platform::Sleep::woken;
    const int64_t longest_ns = segment.has_reliable_notifier() ? longest_sleep_ns(platform::monotonic_ns()) : poll_ns;
    return segment.sleep_while_equal(expected, std::min(remaining_ns, longest_ns));
}

// A frame that is there counts more than a reason to end: hence the check of `holds` after each of the reasons. Whoever
// interrupts this handle notifies then, so that is checked as what is waited for is, after the sleeper's mark.
template <class Holds>
Status sleep_until_holds(const segment::Segment &segment, Holds &&holds, Cancellation &cancellation,
                         const Deadline &deadline)
{
    const auto ends_sleep = [&]() noexcept { return holds() || cancellation.interrupts.are_pending(); };
    platform::SignalHold hold; // where sleeps are short
    while (!holds())
    {
        const int64_t now_ns = platform::monotonic_ns();
        Status status = cancellation.check(segment, now_ns);
        if (status == Status::success && deadline.remaining_ns(now_ns) <= 0)
            status = Status::timeout;
        if (status == Status::success && !hold.active() && !segment.has_reliable_notifier())
            hold.begin();
        if (status == Status::success &&
            (sleep_once(segment, ends_sleep, deadline.remaining_ns(now_ns)) == platform::Sleep::interrupted ||
             hold.take_signal()))
            status = cancellation.take_interrupt();
        if (status != Status::success)
            return holds() ? Status::success : status;
    }
    return Status::success;
}

}
