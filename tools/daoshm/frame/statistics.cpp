#include "frame/statistics.hpp"

#include <algorithm>
#include <cmath>

namespace daoshm
{

namespace
{

/// The unit in which the squares of values up to `magnitude`, and sums of them, neither overflow nor vanish.
double unit_for(double magnitude)
{
    constexpr double largest = 1e140;
    constexpr double smallest = 1e-140;
    return magnitude > largest || (magnitude > 0 && magnitude < smallest) ? magnitude : 1;
}

}

Moments moments(const std::vector<double> &values)
{
    Moments result;
    for (const double value : values)
    {
        if (!std::isfinite(value))
            continue;
        result.minimum = result.count == 0 ? value : std::min(result.minimum, value);
        result.maximum = result.count == 0 ? value : std::max(result.maximum, value);
        ++result.count;
    }
    const auto count = static_cast<double>(std::max<size_t>(result.count, 1));
    const double unit = unit_for(std::max(-result.minimum, result.maximum));
    const auto mean_of = [&](auto term) {
        double sum = 0;
        for (const double value : values)
            if (std::isfinite(value))
                sum += term(value / unit);
        return sum / count;
    };
    const double mean = mean_of([](double value) { return value; });
    result.mean = mean * unit;
    result.rms = std::sqrt(mean_of([](double value) { return value * value; })) * unit;
    // From the mean: the difference of two large sums would lose a small deviation.
    result.deviation = std::sqrt(mean_of([&](double value) { return (value - mean) * (value - mean); })) * unit;
    return result;
}

double position_between(double value, double lowest, double highest)
{
    const double span = highest - lowest;
    const double position =
        std::isfinite(span) ? (value - lowest) / span : (value / 2 - lowest / 2) / (highest / 2 - lowest / 2);
    return std::clamp(position, 0.0, 1.0);
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
