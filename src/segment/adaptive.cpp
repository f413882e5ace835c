// The adaptive wait: learns when frames come, sleeps until shortly before the next is due, spins until it is there, and
// falls asleep when it is not.
#include "segment/wait_parts.hpp"
#include "segment/waits.hpp"

#include <cstdlib>

namespace dao::segment
{
namespace
{

constexpr int64_t least_sleep_ns = 30'000; // shorter sleeps cost more than they save
constexpr int64_t least_margin_ns = 20'000;
constexpr int64_t margin_parts = 6; // at most this part of the period is spent spinning before a frame is due
constexpr int64_t memory = 16;      // averages are over about so many frames
constexpr uint32_t oversleeps_to_lose_step = 2;

bool is_in_step(const Rhythm &rhythm, int64_t now_ns) noexcept
{
    return rhythm.period_ns > 0 && rhythm.last_arrival_ns > 0 &&
           now_ns - rhythm.last_arrival_ns < 2 * rhythm.period_ns;
}

// How long before a frame is due to be awake: as late as this system wakes sleepers, and somewhat more.
int64_t margin_of(const Rhythm &rhythm) noexcept
{
    return std::clamp(rhythm.lateness_ns + 2 * rhythm.lateness_spread_ns, least_margin_ns,
                      std::max(least_margin_ns, rhythm.period_ns / margin_parts));
}

void learn_lateness(Rhythm &rhythm, int64_t late_ns) noexcept
{
    rhythm.lateness_spread_ns += (std::abs(late_ns - rhythm.lateness_ns) - rhythm.lateness_spread_ns) / memory;
    rhythm.lateness_ns += (late_ns - rhythm.lateness_ns) / memory;
}

// A frame whose arrival we saw.
void learn_arrival(Rhythm &rhythm, uint64_t counter, int64_t now_ns) noexcept
{
    if (rhythm.last_arrival_ns > 0 && counter > rhythm.last_counter)
    {
        const auto frames = static_cast<int64_t>(counter - rhythm.last_counter);
        const int64_t interval_ns = (now_ns - rhythm.last_arrival_ns) / frames;
        const bool similar = rhythm.period_ns > 0 && interval_ns < 2 * rhythm.period_ns;
        rhythm.period_ns = similar ? rhythm.period_ns + (interval_ns - rhythm.period_ns) / memory : interval_ns;
    }
    rhythm.last_arrival_ns = now_ns;
    rhythm.oversleeps = 0;
}

// A frame that came while we slept: it came earlier than we know. Lean towards earlier, and after a few in a row find
// the step anew by sleeping on the bell.
void learn_oversleep(Rhythm &rhythm) noexcept
{
    if (++rhythm.oversleeps >= oversleeps_to_lose_step)
        rhythm.last_arrival_ns = 0;
    else
        rhythm.last_arrival_ns += rhythm.period_ns - margin_of(rhythm) / 2;
}

// Sleeps until shortly before the next frame is due. False when a signal ended it.
bool sleep_towards(Rhythm &rhythm, int64_t due_ns, int64_t begin_ns, int64_t deadline_ns) noexcept
{
    const int64_t wake_ns = std::min(due_ns - margin_of(rhythm), deadline_ns);
    if (wake_ns - begin_ns < least_sleep_ns)
        return true;
    if (platform::sleep_until(wake_ns) == platform::Sleep::interrupted)
        return false;
    learn_lateness(rhythm, platform::monotonic_ns() - wake_ns);
    return true;
}

}

Status wait_adaptively(Handle &handle, uint64_t after, int64_t timeout_ns) noexcept
{
    const Segment &segment = *handle.segment;
    Rhythm &rhythm = handle.rhythm;
    Arrival arrival(handle, after);
    const auto is_there = [&]() noexcept { return arrival.is_there(); };
    if (is_there())
    {
        rhythm.last_arrival_ns = 0; // we came late, and do not know how late
        return note_arrival(handle, arrival.newest(), Status::success);
    }
    const Deadline deadline(timeout_ns);
    const int64_t begin_ns = platform::monotonic_ns();
    bool overslept = false;
    Status status = Status::timeout;
    if (is_in_step(rhythm, begin_ns))
    {
        const int64_t due_ns = rhythm.last_arrival_ns + rhythm.period_ns;
        const bool slept = sleep_towards(rhythm, due_ns, begin_ns, deadline.at_ns());
        overslept = is_there();
        if (!slept && !overslept)
            return base::condition(Status::interrupted, segment.name());
        Spinner spinner(handle, arrival);
        status = spinner.spin(std::min(due_ns + margin_of(rhythm), deadline.at_ns()));
    }
    if (status == Status::timeout)
        status = sleep_until_there(segment, is_there, deadline);
    if (status != Status::success)
        return base::condition(status, segment.name());

    if (overslept)
        learn_oversleep(rhythm);
    else
        learn_arrival(rhythm, arrival.newest(), platform::monotonic_ns());
    rhythm.last_counter = arrival.newest();
    return note_arrival(handle, arrival.newest(), status);
}

}
