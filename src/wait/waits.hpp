// All ways to wait for a frame or a semaphore. Each ends with success, timeout, interrupted, replaced or removed.
#pragma once

#include "wait/cancellation.hpp"
#include "wait/deadline.hpp"
#include "wait/frame_condition.hpp"
#include "wait/rhythm.hpp"

namespace dao::wait
{

Status wait_asleep(const segment::Segment &segment, FrameCondition &frame, Cancellation &cancellation,
                   const Deadline &deadline);
Status wait_spinning(const segment::Segment &segment, FrameCondition &frame, Cancellation &cancellation,
                     const Deadline &deadline);
// A microsecond or two, at nothing but the word that lies apart from those that the writer writes first. True when the frame came.
bool spin_briefly(const segment::Segment &segment, FrameCondition &frame) noexcept;
Status wait_adaptively(const segment::Segment &segment, FrameCondition &frame, Cancellation &cancellation,
                       const Deadline &deadline, Rhythm &rhythm);

// Until the semaphore, one that the segment has, is posted; takes the post. The handle may write.
Status wait_for_semaphore(segment::Segment &segment, uint32_t semaphore, Cancellation &cancellation,
                          const Deadline &deadline);

// Ends the waits of this process that are under way, and of each handle between two waits the next one. Safe in a signal
// handler.
inline void interrupt_waits() noexcept
{
    base::interrupt_count.fetch_add(1, std::memory_order_relaxed);
}

}
