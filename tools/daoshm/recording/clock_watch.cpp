#include "recording/clock_watch.hpp"

#include <algorithm>

namespace daoshm
{

int64_t ClockWatch::step_ns(int64_t atime_ns, int64_t read_ns)
{
    // A frame can be read late, but not sooner after its acquisition than the fastest before it. In double, because
    // times of strange clocks may be as far apart as 64 bits allow.
    constexpr double least_step_ns = 1e9;
    const double delay_ns = static_cast<double>(read_ns) - static_cast<double>(atime_ns);
    if (!last_)
    {
        last_ = Last{atime_ns, read_ns, delay_ns};
        return 0;
    }
    const double forward_ns = last_->least_delay_ns - delay_ns;
    const double expected_ns = static_cast<double>(read_ns - last_->read_ns);
    const double moved_ns = static_cast<double>(atime_ns) - static_cast<double>(last_->atime_ns);
    const bool is_step = atime_ns < last_->atime_ns || forward_ns > least_step_ns;
    last_ = Last{atime_ns, read_ns, is_step ? delay_ns : std::min(last_->least_delay_ns, delay_ns)};
    constexpr double most_ns = 9.2e18;
    return is_step ? static_cast<int64_t>(std::clamp(moved_ns - expected_ns, -most_ns, most_ns)) : 0;
}

}
