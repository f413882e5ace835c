#include "wait/waits.hpp"

#include "wait/wait_loop.hpp"

namespace dao::wait
{

Status wait_asleep(const segment::Segment &segment, FrameCondition &frame, Cancellation &cancellation,
                   const Deadline &deadline)
{
    return sleep_until_holds(segment, [&frame]() noexcept { return frame.holds(); }, cancellation, deadline);
}

}
