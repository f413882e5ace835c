// What a segment is and how it is doing, for looking at.
#pragma once

#include "segment/handle.hpp"

namespace dao::segment
{

DAO_SEGMENT_INFO describe_segment(const Segment &segment) noexcept;

}
