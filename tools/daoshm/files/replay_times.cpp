#include "files/replay_times.hpp"

#include <algorithm>
#include <limits>
#include <optional>

namespace daoshm
{

namespace
{

constexpr int64_t longest_pause_ns = 10'000'000'000;
constexpr int64_t default_period_ns = 1'000'000;

/// From frame `index` - 1 to `index`; nothing when that is no span of time.
std::optional<int64_t> interval_ns(const std::vector<FrameRecord> &records, uint64_t index)
{
    const int64_t before_ns = records[index - 1].atime_ns;
    const int64_t now_ns = records[index].atime_ns;
    if (before_ns <= 0 || now_ns < before_ns) // 0: it was not set
        return std::nullopt;
    return now_ns - before_ns;
}

/// How many periods before a frame its predecessor was acquired.
double frames_between(const FrameRecord &record)
{
    return 1 + static_cast<double>(record.missed);
}

/// Saturates: the times in a file may add up to any sum.
int64_t later(int64_t time_ns, int64_t span_ns)
{
    return time_ns + std::min(span_ns, std::numeric_limits<int64_t>::max() - time_ns);
}

/// The median of the intervals of single frames.
int64_t usual_period_ns(const std::vector<FrameRecord> &records)
{
    std::vector<int64_t> periods;
    for (uint64_t i = 1; i < records.size(); ++i)
        if (const std::optional<int64_t> interval = interval_ns(records, i); interval.value_or(0) > 0)
            periods.push_back(
                static_cast<int64_t>(std::max(1.0, static_cast<double>(*interval) / frames_between(records[i]))));
    if (periods.empty())
        return default_period_ns;
    const auto middle = periods.begin() + static_cast<std::ptrdiff_t>((periods.size() - 1) / 2);
    std::nth_element(periods.begin(), middle, periods.end());
    // One or two long intervals may as well be steps.
    return periods.size() < 3 && *middle > longest_pause_ns ? default_period_ns : *middle;
}

}

ReplayTimes::ReplayTimes(const std::vector<FrameRecord> &records) : period_ns_(usual_period_ns(records))
{
    bool advances = false;
    due_ns_.push_back(0);
    for (uint64_t i = 1; i < records.size(); ++i)
    {
        const std::optional<int64_t> interval = interval_ns(records, i);
        const double usual_ns = static_cast<double>(period_ns_) * frames_between(records[i]);
        const bool is_step =
            !interval || (*interval > longest_pause_ns && static_cast<double>(*interval) > 10 * usual_ns);
        if (is_step)
            steps_.push_back(i);
        advances = advances || (!is_step && *interval > 0);
        due_ns_.push_back(later(due_ns_.back(), is_step ? period_ns_ : *interval));
    }
    if (!advances) // all times are equal, or none was set
        for (uint64_t i = 0; i < due_ns_.size(); ++i)
            due_ns_[i] = static_cast<int64_t>(i) * period_ns_;
    due_ns_.push_back(later(due_ns_.back(), period_ns_));
}

}
