/// Spans between points in time that others wrote: each may be any number of 64 bits.
#pragma once

#include <cstdint>

namespace daoshm
{

/// From one to the other; the longest or shortest that there is where it is beyond that.
int64_t span_ns(int64_t from_ns, int64_t to_ns);

}
