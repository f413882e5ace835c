// What a segment is and how it is doing.
#pragma once

#include "segment/segment.hpp"

namespace dao::segment
{

DAO_SEGMENT_INFO describe_segment(const Segment &segment) noexcept;

}
