#include "text/spans.hpp"

#include <limits>

namespace daoshm
{

int64_t span_ns(int64_t from_ns, int64_t to_ns)
{
    using Limits = std::numeric_limits<int64_t>;
    if (from_ns < 0 && to_ns > Limits::max() + from_ns)
        return Limits::max();
    if (from_ns > 0 && to_ns < Limits::min() + from_ns)
        return Limits::min();
    return to_ns - from_ns;
}

}
