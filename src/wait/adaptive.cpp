// The adaptive wait: sleeps on the notifier until shortly before the next frame is due, spins until it is there, and
// falls asleep when it is not. When that is, and whether it is worth it, Rhythm knows.
#include "wait/rhythm_loop.hpp"
#include "wait/spinning.hpp"
#include "wait/wait_loop.hpp"

namespace dao::wait
{
namespace
{

// The segment and the system, as wait_in_rhythm() wants them.
class World
{
  public:
    World(const segment::Segment &segment, FrameCondition &frame, Cancellation &cancellation) noexcept
        : segment_(segment), frame_(frame), cancellation_(cancellation)
    {
    }

    int64_t now_ns() const noexcept { return platform::monotonic_ns(); }
    bool is_there() noexcept { return frame_.holds(); }
    uint64_t newest() const noexcept { return frame_.newest(); }

    Status sleep(int64_t until_ns)
    {
        const auto holds = [this]() noexcept { return frame_.holds(); };
        return sleep_until_holds(segment_, holds, cancellation_, Deadline::at(until_ns));
    }
    Status sleep_shortly(int64_t until_ns)
    {
        const platform::PunctualTimers punctual;
        return sleep(until_ns);
    }
    Status spin(int64_t until_ns)
    {
        Spinner spinner(segment_, frame_, cancellation_);
        const Status status = spinner.spin(until_ns);
        longest_pause_ns_ = spinner.longest_pause_ns();
        last_check_ns_ = spinner.last_check_ns();
        return status;
    }
    int64_t longest_pause_ns(int64_t end_ns) const noexcept
    {
        return std::max(longest_pause_ns_, end_ns - last_check_ns_);
    }

  private:
    const segment::Segment &segment_;
    FrameCondition &frame_;
    Cancellation &cancellation_;
    int64_t longest_pause_ns_ = 0;
    int64_t last_check_ns_ = 0;
};

}

Status wait_adaptively(const segment::Segment &segment, FrameCondition &frame, Cancellation &cancellation,
                       const Deadline &deadline, Rhythm &rhythm)
{
    World world(segment, frame, cancellation);
    return wait_in_rhythm(rhythm, world, deadline.at_ns());
}

}
