// Telling the waiters of a segment.
#pragma once

#include "segment/segment.hpp"

namespace dao::segment
{

// Notifies, and posts DAO's semaphores where the segment has them.
void notify_waiters(Segment &segment) noexcept;

Status post(Segment &segment, uint32_t semaphore) noexcept;
Status post_all(Segment &segment) noexcept;

}
