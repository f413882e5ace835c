// The adaptive wait: sleeps on the notifier until shortly before the next frame is due, spins until it is there, and
// falls asleep when it is not. When that is, and whether it is worth it, wait/rhythm.hpp knows.
#include "segment/wait_parts.hpp"
#include "segment/waits.hpp"
#include "wait/rhythm_loop.hpp"

namespace dao::segment
{
namespace
{

// The segment and the system, as wait_in_rhythm() wants them.
class World
{
  public:
    World(Handle &handle, Arrival &arrival) noexcept : handle_(handle), arrival_(arrival) {}

    int64_t now_ns() const noexcept { return platform::monotonic_ns(); }
    bool is_there() noexcept { return arrival_.is_there(); }
    uint64_t newest() const noexcept { return arrival_.newest(); }

    Status sleep(int64_t until_ns) noexcept
    {
        return sleep_until_there(
            *handle_.segment, [this]() noexcept { return is_there(); }, Deadline::at(until_ns));
    }
    Status sleep_shortly(int64_t until_ns) noexcept
    {
        const platform::PunctualTimers punctual;
        return sleep(until_ns);
    }
    Status spin(int64_t until_ns) noexcept
    {
        Spinner spinner(handle_, arrival_);
        const Status status = spinner.spin(until_ns);
        longest_pause_ns_ = spinner.longest_pause_ns();
        last_look_ns_ = spinner.last_look_ns();
        return status;
    }
    int64_t longest_pause_ns(int64_t end_ns) const noexcept
    {
        return std::max(longest_pause_ns_, end_ns - last_look_ns_);
    }

  private:
    Handle &handle_;
    Arrival &arrival_;
    int64_t longest_pause_ns_ = 0;
    int64_t last_look_ns_ = 0;
};

}

Status wait_adaptively(Handle &handle, uint64_t after, int64_t timeout_ns) noexcept
{
    Arrival arrival(handle, after);
    World world(handle, arrival);
    const Status status = wait::wait_in_rhythm(handle.rhythm, world, Deadline(timeout_ns).at_ns());
    return note_arrival(handle, arrival.newest(), base::condition(status, handle.segment->name()));
}

}
