#include "segment/waits.hpp"

#include "base/error.hpp"
#include "segment/reader.hpp"
#include "segment/readers.hpp"

#include <algorithm>
#include <atomic>

namespace dao::segment
{

using base::condition;
using platform::Sleep;

namespace
{

// No sleep is longer: a waiter looks around even when the writer that should have woken it died before it could, or
// when somebody took the file away.
constexpr int64_t longest_sleep_ns = 100'000'000;
// Where writers do not ring the doorbell (DAO's), or this handle cannot say that it sleeps (read-only).
constexpr int64_t poll_ns = 500'000;

std::atomic<uint32_t> interrupts{0};

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
        return segment_.state() == format::state_live ? Status::success : segment_.check_name();
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
        if (follow_generation(handle_))
            after_ = 0;
    }

    bool is_there() noexcept
    {
        if (follow_generation(handle_))
            after_ = 0;
        return handle_.segment->ring().newest().counter > after_;
    }

    uint64_t after() const noexcept { return after_; }

  private:
    Handle &handle_;
    uint64_t after_;
};

// B3 to B5. One sleep, to be followed by another look at what is waited for.
template <class IsThere>
Sleep sleep_once(const Segment &segment, IsThere &&is_there, int64_t left_ns) noexcept
{
    if (segment.extension() == nullptr)
        return platform::sleep_until(platform::monotonic_ns() + std::min(left_ns, poll_ns));
    uint32_t shown = 0;
    if (segment.read_only())
        shown = base::Word<uint32_t>(&segment.extension()->bell).load_acquire();
    else
        shown = segment.doorbell().approach();
    if (is_there())
        return Sleep::woken;
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
            return condition(status, segment.name());
        const int64_t now_ns = platform::monotonic_ns();
        if (deadline.left_ns(now_ns) <= 0)
            return condition(Status::timeout, segment.name());
        const Sleep sleep = sleep_once(segment, is_there, deadline.left_ns(now_ns));
        // A frame that is there counts more than the reason to end: hence the look in between.
        if (sleep == Sleep::interrupted)
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

Status note_arrival(Handle &handle, Status status) noexcept
{
    if (status != Status::success)
        return status;
    handle.position.seen = std::max(handle.position.seen, handle.segment->ring().newest().counter);
    note_reader(handle);
    return status;
}

// Spins until the frame is there or `until_ns`. Beyond `calm_ns` signals are held back and looked for.
class Spinner
{
  public:
    Spinner(Handle &handle, Arrival &arrival) noexcept
        : handle_(handle), arrival_(arrival), watch_(*handle.segment), begin_ns_(platform::monotonic_ns())
    {
    }

    // Status::timeout at `until_ns`.
    Status spin(int64_t until_ns) noexcept
    {
        constexpr unsigned looks_between = 64;
        const Segment &segment = *handle_.segment;
        for (;;)
        {
            if (segment.extension() != nullptr)
            {
                const base::Word<uint64_t> published = segment.published();
                for (unsigned look = 0; look < looks_between; ++look)
                {
                    if (published.load_acquire() > arrival_.after())
                        break;
                    platform::pause();
                }
            }
            if (arrival_.is_there())
                return Status::success;
            if (Status status = watch_.look(); status != Status::success)
                return status;
            const int64_t now_ns = platform::monotonic_ns();
            if (now_ns >= until_ns)
                return Status::timeout;
            if (Status status = look_for_signals(now_ns); status != Status::success)
                return status;
        }
    }

  private:
    // A signal that is handled while we spin leaves no trace that we could see. So once frames have failed to come for
    // a while, when two system calls more no longer matter, signals are held back and looked for.
    Status look_for_signals(int64_t now_ns) noexcept
    {
        constexpr int64_t calm_ns = 10'000'000;
        constexpr int64_t between_ns = 200'000;
        if (now_ns < begin_ns_ + calm_ns || now_ns < next_look_ns_)
            return Status::success;
        if (!hold_.active())
            hold_.begin();
        next_look_ns_ = now_ns + between_ns;
        if (hold_.signal_waits())
        {
            hold_.end();
            return Status::interrupted;
        }
        if (now_ns < next_close_look_ns_)
            return Status::success;
        next_close_look_ns_ = now_ns + longest_sleep_ns;
        return watch_.look_closely();
    }

    Handle &handle_;
    Arrival &arrival_;
    Watch watch_;
    platform::SignalHold hold_;
    int64_t begin_ns_;
    int64_t next_look_ns_ = 0;
    int64_t next_close_look_ns_ = 0;
};

}

void interrupt_waits() noexcept
{
    interrupts.fetch_add(1, std::memory_order_relaxed);
}

Status wait_asleep(Handle &handle, uint64_t after, int64_t timeout_ns) noexcept
{
    Arrival arrival(handle, after);
    const auto is_there = [&]() noexcept { return arrival.is_there(); };
    if (is_there())
        return note_arrival(handle, Status::success);
    return note_arrival(handle, sleep_until_there(*handle.segment, is_there, Deadline(timeout_ns)));
}

Status wait_spinning(Handle &handle, uint64_t after, int64_t timeout_ns) noexcept
{
    Arrival arrival(handle, after);
    if (arrival.is_there())
        return note_arrival(handle, Status::success);
    const Deadline deadline(timeout_ns);
    Spinner spinner(handle, arrival);
    return note_arrival(handle, condition(spinner.spin(deadline.at_ns()), handle.segment->name()));
}

Status wait_for_semaphore(Handle &handle, uint32_t semaphore, int64_t timeout_ns) noexcept
{
    Segment &segment = *handle.segment;
    if (semaphore >= segment.semaphore_limit() || semaphore >= Segment::semaphore_count)
        return base::fail(DAO_E_SEMAPHORE, "%s: no semaphore %u; expected 0 to %d", segment.name(), semaphore,
                          segment.semaphore_limit() - 1);
    const Deadline deadline(timeout_ns);
    if (segment.has_named_semaphores())
    {
        platform::NamedSemaphore &named = segment.named_semaphore(semaphore);
        if (!named.is_open())
            segment.open_named_semaphores(false, 0); // made since we opened the segment, perhaps
        if (!named.is_open())
            return base::fail(DAO_E_SEMAPHORE, "%s: its named semaphore %u cannot be opened", segment.name(),
                              semaphore);
        const Watch watch(segment);
        for (;;)
        {
            const int64_t left_ns = deadline.left_ns(platform::monotonic_ns());
            const Sleep sleep = named.wait(std::clamp<int64_t>(left_ns, 0, longest_sleep_ns));
            if (sleep == Sleep::woken)
                return note_arrival(handle, Status::success);
            const Status status = sleep == Sleep::interrupted ? Status::interrupted : watch.look_closely();
            if (status != Status::success)
                return condition(status, segment.name());
            if (left_ns <= 0)
                return condition(Status::timeout, segment.name());
        }
    }
    if (segment.read_only()) // cannot take a post; a frame that it has not seen comes to the same
        return wait_asleep(handle, handle.position.seen, timeout_ns);
    const Segment::Semaphores semaphores = segment.semaphores();
    const auto take = [&]() noexcept { return semaphores.take(semaphore); };
    // Taking is not idempotent, so a success inside sleep_once must not be asked for again.
    bool taken = false;
    const auto is_taken = [&]() noexcept { return taken || (taken = take()); };
    return note_arrival(handle, sleep_until_there(segment, is_taken, deadline));
}

Status wait_adaptively(Handle &handle, uint64_t after, int64_t timeout_ns) noexcept
{
    constexpr int64_t least_sleep_ns = 30'000;  // shorter sleeps cost more than they save
    constexpr int64_t least_margin_ns = 20'000;
    constexpr int64_t margin_parts = 6;         // at most a sixth of the period is spent spinning before a frame
    Rhythm &rhythm = handle.rhythm;
    const Segment &segment = *handle.segment;
    Arrival arrival(handle, after);
    const Deadline deadline(timeout_ns);
    const int64_t begin_ns = platform::monotonic_ns();
    const bool was_there = arrival.is_there();
    const bool in_step = rhythm.period_ns > 0 && begin_ns - rhythm.last_arrival_ns < 2 * rhythm.period_ns;
    Status status = was_there ? Status::success : Status::timeout;
    bool overslept = false;

    if (!was_there && in_step)
    {
        const int64_t due_ns = rhythm.last_arrival_ns + rhythm.period_ns;
        const int64_t margin_ns = std::clamp(rhythm.lateness_ns + 2 * rhythm.lateness_spread_ns, least_margin_ns,
                                             std::max(least_margin_ns, rhythm.period_ns / margin_parts));
        const int64_t wake_ns = std::min(due_ns - margin_ns, deadline.at_ns());
        if (wake_ns - begin_ns > least_sleep_ns)
        {
            if (platform::sleep_until(wake_ns) == Sleep::interrupted && !arrival.is_there())
                return condition(Status::interrupted, segment.name());
            const int64_t late_ns = platform::monotonic_ns() - wake_ns;
            rhythm.lateness_spread_ns += (std::abs(late_ns - rhythm.lateness_ns) - rhythm.lateness_spread_ns) / 16;
            rhythm.lateness_ns += (late_ns - rhythm.lateness_ns) / 16;
            overslept = arrival.is_there();
        }
        Spinner spinner(handle, arrival);
        status = spinner.spin(std::min(due_ns + margin_ns, deadline.at_ns()));
        if (status != Status::success && status != Status::timeout)
            return condition(status, segment.name());
    }
    if (status == Status::timeout)
        status = sleep_until_there(segment, [&]() noexcept { return arrival.is_there(); }, deadline);
    if (status != Status::success)
        return status;

    const uint64_t counter = segment.ring().newest().counter;
    const int64_t now_ns = platform::monotonic_ns();
    if (counter > rhythm.last_counter && rhythm.last_counter != 0 && !was_there)
    {
        const int64_t interval_ns = (now_ns - rhythm.last_arrival_ns) / static_cast<int64_t>(counter - rhythm.last_counter);
        const bool similar = rhythm.period_ns > 0 && interval_ns < 2 * rhythm.period_ns;
        rhythm.period_ns = similar ? rhythm.period_ns + (interval_ns - rhythm.period_ns) / 16 : interval_ns;
    }
    // A frame that came while we slept came earlier than we know: go back towards where it was due.
    rhythm.last_arrival_ns = overslept ? rhythm.last_arrival_ns + rhythm.period_ns - least_margin_ns : now_ns;
    rhythm.last_counter = counter;
    return note_arrival(handle, status);
}

}
