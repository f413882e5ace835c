// A frame that was begun and will not be finished: its loan was aborted, or its writer died. Its slot stays marked as being
// written, and what lies there is nobody's frame, until a writer has written it anew. The lock is held in all of these.
#pragma once

#include "segment/segment.hpp"

namespace dao::segment
{

// The next frame was given up. Of what it left, its counters and its time go: they would be taken for the following frame's.
void give_up_frame(const Segment &segment) noexcept;

// Whether the next slot holds what was given up, and nothing whole since. Segments made by DAO do not tell.
bool holds_given_up_frame(const Segment &segment) noexcept;

// The next slot holds something whole.
void forget_given_up_frame(const Segment &segment) noexcept;

}
