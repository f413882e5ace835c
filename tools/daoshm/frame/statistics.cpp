#include "frame/statistics.hpp"

#include <algorithm>
#include <cmath>

namespace daoshm
{

Moments moments(const std::vector<double> &values)
{
    Moments result;
    double sum = 0;
    double sum_of_squares = 0;
    for (const double value : values)
    {
        if (!std::isfinite(value))
            continue;
        result.minimum = result.count == 0 ? value : std::min(result.minimum, value);
        result.maximum = result.count == 0 ? value : std::max(result.maximum, value);
        sum += value;
        sum_of_squares += value * value;
        ++result.count;
    }
    if (result.count == 0)
        return result;
    const auto count = static_cast<double>(result.count);
    result.mean = sum / count;
    result.rms = std::sqrt(sum_of_squares / count);
    double spread = 0; // a second pass: the difference of two large sums would lose a small deviation
    for (const double value : values)
        if (std::isfinite(value))
            spread += (value - result.mean) * (value - result.mean);
    result.deviation = std::sqrt(spread / count);
    return result;
}

Percentiles::Percentiles(std::vector<double> values) : sorted_(std::move(values))
{
    std::erase_if(sorted_, [](double value) { return !std::isfinite(value); });
    std::sort(sorted_.begin(), sorted_.end());
}

double Percentiles::at(double percent) const
{
    if (sorted_.empty())
        return 0;
    const double rank = std::ceil(percent / 100.0 * static_cast<double>(sorted_.size()));
    const auto index = static_cast<size_t>(std::max(rank, 1.0)) - 1;
    return sorted_[std::min(index, sorted_.size() - 1)];
}

}
