// Telling the waiters of a segment.
#pragma once

#include "segment/segment.hpp"

namespace dao::segment
{

// Notifies, and posts DAO's semaphores where the segment has them.
void notify_waiters(Segment &segment) noexcept;

// So that they check whether they are to go on waiting. A handle that may only read cannot: they check ten times a second
// by themselves.
void wake_sleepers(const Segment &segment) noexcept;

// Marks the segment replaced or removed and wakes everybody.
void retire(Segment &segment, format::SegmentState state) noexcept;

// Replaced or removed when a process of this library did that: nothing is posted.
Status post(Segment &segment, uint32_t semaphore) noexcept;
Status post_all(Segment &segment) noexcept;

// For a number that the segment does not have.
Status fail_no_semaphore(const Segment &segment, int64_t number) noexcept;

}
