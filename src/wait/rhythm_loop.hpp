// The adaptive wait itself, as a template over the world it waits in: the segment and the system, or a simulation with
// a clock of its own. `World` has
//     now_ns()                  the monotonic clock
//     is_there(), newest()      the frame; the counter that was found newest when last asked
//     sleep(until_ns)           on the notifier; success: the frame is there; timeout: until_ns has passed
//     sleep_shortly(until_ns)   the same, for a sleep that is to end on time
//     spin(until_ns)            the same, without sleeping
//     longest_pause_ns(end_ns)  of that spin, which ended then: between two readings of the clock
// Each may also end with what else ends a wait.
#pragma once

#include "base/status.hpp"
#include "wait/rhythm.hpp"

#include <algorithm>

namespace dao::wait
{

template <class World>
Status wait_in_rhythm(Rhythm &rhythm, World &world, int64_t deadline_ns)
{
    if (world.is_there())
    {
        rhythm.saw(world.newest(), world.now_ns(), Seen::before_waiting);
        return Status::success;
    }
    for (;;)
    {
        int64_t now_ns = world.now_ns();
        const Plan plan = rhythm.plan(now_ns);
        if (plan.sleep_until_ns > now_ns)
        {
            const bool timed = plan.sleep_until_ns < deadline_ns;
            const Status status = timed ? world.sleep_shortly(plan.sleep_until_ns) : world.sleep(deadline_ns);
            now_ns = world.now_ns();
            rhythm.slept(now_ns, status == Status::success);
            if (status == Status::success)
                rhythm.saw(world.newest(), now_ns, Seen::asleep);
            if (status != Status::timeout || now_ns >= deadline_ns)
                return status;
        }
        if (plan.spin_until_ns > now_ns)
        {
            const Status status = world.spin(std::min(plan.spin_until_ns, deadline_ns));
            const int64_t end_ns = world.now_ns();
            if (status == Status::success)
                rhythm.saw(world.newest(), end_ns, Seen::spinning);
            rhythm.spun(now_ns, end_ns, world.longest_pause_ns(end_ns));
            if (status != Status::timeout || end_ns >= deadline_ns)
                return status;
        }
    }
}

}
