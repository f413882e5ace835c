// Waiting for a lock of a segment: until it is free or its holder is dead, the time limit of the thread has passed, a signal
// came, or daoShmInterrupt() was called.
#pragma once

#include "base/error.hpp"
#include "base/interrupts.hpp"
#include "base/lock_limit.hpp"
#include "segment/name_watch.hpp"
#include "segment/segment.hpp"

namespace dao::segment
{

// The error of a wait in vain; `lock`: the name of it.
Status fail_busy(const Segment &segment, base::ProcessToken holder, const char *lock) noexcept;

// Contended: spin a little, then sleep, in turn. Sleeping on the word itself would make every release check for
// sleepers, and two writers of one segment are not the case to make fast. `try_once(ask_if_dead)` has just said that the
// lock is busy; `result` is what it says last. Success, busy as an error, interrupted, or that the memory was lost or the segment
// is no longer the one under its name.
// `interrupts`: of the handle that waits.
template <class Try>
Status wait_for_lock(const Segment &segment, const Segment::Lock &word, const char *lock, base::Interrupts &interrupts,
                     Try &&try_once, protocol::LockResult &result) noexcept
{
    constexpr int64_t sleeps_per_spin = 8; // in time
    constexpr unsigned spins_per_look = 64;
    constexpr int64_t first_sleep_ns = 50'000;
    constexpr int64_t longest_sleep_ns = 1'000'000;
    using protocol::LockResult;
    platform::ShortSleeps sleeps;
    NameWatch name_watch; // of this wait: a caller that waits in short pieces is told, too
    int64_t now_ns = platform::monotonic_ns();
    const int64_t deadline_ns = base::lock_deadline_ns(now_ns);
    for (int64_t sleep_ns = first_sleep_ns;; sleep_ns = std::min(sleep_ns * 2, longest_sleep_ns))
    {
        // Each time awake, and for a good part of the time: a writer that holds it nearly always frees it for moments only.
        const int64_t spins_until_ns = now_ns + sleep_ns / sleeps_per_spin;
        for (unsigned spin = 1; result == LockResult::busy; ++spin)
        {
            platform::pause();
            result = try_once(false);
            if (spin % spins_per_look == 0 && platform::monotonic_ns() >= spins_until_ns)
                break;
        }
        if (result == LockResult::busy)
            result = try_once(true);
        // A word in lost memory may show a holder that never goes.
        if (Status lost = segment.check_memory(); lost != Status::success || result != LockResult::busy)
            return lost;
        if (Status name = name_watch.check(segment, now_ns); name != Status::success)
            return base::condition(name, segment.name());
        if (now_ns >= deadline_ns)
            return fail_busy(segment, word.holder(), lock);
        const platform::Sleep sleep = sleeps.until(std::min(now_ns + sleep_ns, deadline_ns));
        if (sleep == platform::Sleep::interrupted || interrupts.are_pending())
        {
            interrupts.forget();
            return base::condition(Status::interrupted, segment.name());
        }
        now_ns = platform::monotonic_ns();
    }
}

}
