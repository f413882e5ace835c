// What the ways to wait are put together from. Used by waits.cpp, spinning.cpp and adaptive.cpp only.
#pragma once

#include "base/error.hpp"
#include "segment/reader.hpp"
#include "segment/readers.hpp"

#include <algorithm>
#include <atomic>

namespace dao::segment
{

// No sleep is longer: a waiter looks around even when the writer that should have woken it died before it could, or
// when somebody took the file away.
constexpr int64_t longest_sleep_ns = 100'000'000;
// Where writers do not ring the doorbell (DAO's), or this handle cannot say that it sleeps (read-only).
constexpr int64_t poll_ns = 500'000;

inline std::atomic<uint32_t> interrupts{0};

class Deadline
{
  public:
    explicit Deadline(int64_t timeout_ns) noexcept
        : at_ns_(timeout_ns < 0 ? INT64_MAX : saturating_sum(platform::monotonic_ns(), timeout_ns))
    {
    }
    int64_t at_ns() const noexcept { return at_ns_; }
    int64_t left_ns(int64_t now_ns) const noexcept { return at_ns_ - now_ns; }

  private:
    static int64_t saturating_sum(int64_t now_ns, int64_t timeout_ns) noexcept
    {
        return timeout_ns > INT64_MAX - now_ns ? INT64_MAX : now_ns + timeout_ns;
    }
    int64_t at_ns_;
};

// What ends a wait besides what is waited for.
class Watch
{
  public:
    explicit Watch(const Segment &segment) noexcept : segment_(segment), interrupts_(interrupts.load()) {}

    bool interrupted() const noexcept { return interrupts.load(std::memory_order_relaxed) != interrupts_; }

    // Cheap: reads words only.
    Status look() const noexcept
    {
        if (interrupted())
            return Status::interrupted;
        return segment_.state() == format::state_live && !segment_.is_lost() ? Status::success : segment_.check_name();
    }

    // Also asks the file system.
    Status look_closely() const noexcept
    {
        if (interrupted())
            return Status::interrupted;
        return segment_.check_name();
    }

  private:
    const Segment &segment_;
    uint32_t interrupts_;
};

// The frame that is waited for.
class Arrival
{
  public:
    Arrival(Handle &handle, uint64_t after) noexcept : handle_(handle), after_(after)
    {
        follow();
        note_reader(handle); // who waits is listed, not only who has read
    }

    bool is_there() noexcept { return is_there(handle_.segment->ring().newest().counter); }

    // The same for who knows the newest counter already, and would rather not touch the lines that the writer writes.
    bool is_there(uint64_t newest) noexcept
    {
        follow();
        newest_ = newest;
        return newest > after_;
    }

    uint64_t after() const noexcept { return after_; }
    uint64_t newest() const noexcept { return newest_; }

  private:
    // After a reuse, a counter from before means nothing: then any frame will do.
    void follow() noexcept
    {
        if (follow_generation(handle_) || handle_.position.restarted)
            after_ = 0;
    }

    Handle &handle_;
    uint64_t after_;
    uint64_t newest_ = 0;
};

// B3 to B5. One sleep, to be followed by another look at what is waited for.
template <class IsThere>
platform::Sleep sleep_once(const Segment &segment, IsThere &&is_there, int64_t left_ns) noexcept
{
    if (segment.extension() == nullptr)
        return platform::sleep_until(platform::monotonic_ns() + std::min(left_ns, poll_ns));
    if (segment.is_lost())
        return platform::Sleep::woken; // no sleeper's mark into what may be somebody else's file now
    uint32_t shown = 0;
    if (segment.read_only())
        shown = base::Word<uint32_t>(&segment.extension()->bell).load_acquire();
    else
        shown = segment.doorbell().approach();
    if (is_there())
        return platform::Sleep::woken;
    const int64_t longest_ns = segment.has_reliable_bell() ? longest_sleep_ns : poll_ns;
    return segment.bell().sleep_while_equal(&segment.extension()->bell, shown, std::min(left_ns, longest_ns));
}

template <class IsThere>
Status sleep_until_there(const Segment &segment, IsThere &&is_there, const Deadline &deadline) noexcept
{
    const Watch watch(segment);
    int64_t next_close_look_ns = platform::monotonic_ns() + longest_sleep_ns;
    Status status = Status::success;
    while (!is_there())
    {
        if (status != Status::success)
            return base::condition(status, segment.name());
        const int64_t now_ns = platform::monotonic_ns();
        if (deadline.left_ns(now_ns) <= 0)
            return base::condition(Status::timeout, segment.name());
        const platform::Sleep sleep = sleep_once(segment, is_there, deadline.left_ns(now_ns));
        // A frame that is there counts more than the reason to end: hence the look in between.
        if (sleep == platform::Sleep::interrupted)
            status = Status::interrupted;
        else if (platform::monotonic_ns() >= next_close_look_ns)
        {
            status = watch.look_closely();
            next_close_look_ns = platform::monotonic_ns() + longest_sleep_ns;
        }
        else
            status = watch.look();
    }
    return Status::success;
}

// The end of every wait: notes up to where this handle has seen. Passes `status` on.
Status note_arrival(Handle &handle, uint64_t newest, Status status) noexcept;

// Spins until the frame is there.
class Spinner
{
  public:
    Spinner(Handle &handle, Arrival &arrival) noexcept;

    // Status::timeout at `until_ns` of the monotonic clock.
    Status spin(int64_t until_ns) noexcept;

  private:
    Status look_for_signals(int64_t now_ns) noexcept;

    Handle &handle_;
    Arrival &arrival_;
    Watch watch_;
    platform::SignalHold hold_;
    int64_t begin_ns_;
    int64_t next_look_ns_ = 0;
    int64_t next_close_look_ns_ = 0;
};

}
