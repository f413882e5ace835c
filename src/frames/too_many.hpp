// The error of a call with more elements than a frame has. Used in this folder only.
#pragma once

#include "base/error.hpp"
#include "segment/name_watch.hpp"

#include <cinttypes>

namespace dao::frames
{

// `purpose`: what they are to be, as in "read"; `whose` the limit is: "frame", "slice". The count may come from the segment that
// has the name by now: then the result says what became of this one.
inline Status fail_too_many(const segment::Segment &segment, uint64_t count, const char *purpose, const char *whose,
                            uint64_t limit) noexcept
{
    if (Status name = segment::check_name_now(segment); name != Status::success)
        return name;
    return base::fail(DAO_E_RANGE, "%s: %" PRIu64 " elements to %s; expected at most the %s's %" PRIu64, segment.name(),
                      count, purpose, whose, limit);
}

}
