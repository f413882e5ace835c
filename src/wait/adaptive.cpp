// The adaptive wait: learns when frames come, sleeps until shortly before the next is due, spins until it is there, and
// falls asleep when it is not.
#include "wait/spinning.hpp"
#include "wait/wait_loop.hpp"

namespace dao::wait
{
namespace
{

constexpr int64_t least_sleep_ns = 30'000; // shorter sleeps cost more than they save
constexpr int64_t memory = 16;             // the period is averaged over about so many frames
constexpr uint32_t oversleeps_to_lose_step = 4;

// The margin is steered, not computed: systems wake sleepers late by an amount that varies, and writers are not
// punctual either. Each frame that we slept through widens it, each that we were awake for narrows it a little, so that
// about one frame in 256 is slept through. It never exceeds this part of the period: that bounds the processor time.
constexpr int64_t margin_parts = 6;
constexpr int64_t least_margin_ns = 10'000;
constexpr int64_t widening_ns = 16'000;
constexpr int64_t narrowing_ns = widening_ns / 256;

bool is_in_step(const Rhythm &rhythm, int64_t now_ns) noexcept
{
    return rhythm.period_ns > 0 && rhythm.last_seen_ns > 0 &&
           now_ns - rhythm.last_seen_ns < 2 * rhythm.period_ns;
}

void steer_margin(Rhythm &rhythm, int64_t change_ns) noexcept
{
    rhythm.margin_ns = std::clamp(rhythm.margin_ns + change_ns, least_margin_ns,
                                  std::max(least_margin_ns, rhythm.period_ns / margin_parts));
}

// A frame that we saw come.
void learn_frame(Rhythm &rhythm, uint64_t counter, int64_t now_ns) noexcept
{
    if (rhythm.last_seen_ns > 0 && counter > rhythm.last_counter)
    {
        const auto frames = static_cast<int64_t>(counter - rhythm.last_counter);
        const int64_t interval_ns = (now_ns - rhythm.last_seen_ns) / frames;
        const bool similar = rhythm.period_ns > 0 && interval_ns < 2 * rhythm.period_ns;
        rhythm.period_ns = similar ? rhythm.period_ns + (interval_ns - rhythm.period_ns) / memory : interval_ns;
    }
    rhythm.last_seen_ns = now_ns;
    rhythm.oversleeps = 0;
    steer_margin(rhythm, -narrowing_ns);
}

// A frame that came while we slept: when, we can only guess. After a few in a row what we know of the period is wrong:
// learn it anew, asleep on the wait word.
void learn_oversleep(Rhythm &rhythm) noexcept
{
    steer_margin(rhythm, widening_ns);
    rhythm.last_seen_ns += rhythm.period_ns;
    if (++rhythm.oversleeps < oversleeps_to_lose_step)
        return;
    rhythm.oversleeps = 0;
    rhythm.period_ns = 0;
    rhythm.last_seen_ns = 0;
}

// Sleeps until shortly before the next frame is due. False when a signal ended it.
bool sleep_towards(const Rhythm &rhythm, int64_t due_ns, int64_t begin_ns, int64_t deadline_ns) noexcept
{
    const int64_t wake_ns = std::min(due_ns - rhythm.margin_ns, deadline_ns);
    if (wake_ns - begin_ns < least_sleep_ns)
        return true;
    return platform::sleep_until(wake_ns) != platform::Sleep::interrupted;
}

}

Status wait_adaptively(const segment::Segment &segment, FrameCondition &frame, Cancellation &cancellation,
                       const Deadline &deadline, Rhythm &rhythm) noexcept
{
    const auto holds = [&frame]() noexcept { return frame.holds(); };
    if (holds())
    {
        rhythm.last_seen_ns = 0; // we came late, and do not know how late
        return Status::success;
    }
    const int64_t begin_ns = platform::monotonic_ns();
    bool overslept = false;
    Status status = Status::timeout;
    if (is_in_step(rhythm, begin_ns))
    {
        const int64_t due_ns = rhythm.last_seen_ns + rhythm.period_ns;
        const bool slept = sleep_towards(rhythm, due_ns, begin_ns, deadline.at_ns());
        overslept = holds();
        if (!slept && !overslept)
            return cancellation.take_interrupt();
        Spinner spinner(segment, frame, cancellation);
        status = spinner.spin(std::min(due_ns + rhythm.margin_ns, deadline.at_ns()));
    }
    if (status == Status::timeout)
        status = sleep_until_holds(segment, holds, cancellation, deadline);
    if (status != Status::success)
        return status;

    if (overslept)
        learn_oversleep(rhythm);
    else
        learn_frame(rhythm, frame.newest(), platform::monotonic_ns());
    rhythm.last_counter = frame.newest();
    return Status::success;
}

}
