#include "frame/statistics.hpp"

#include <algorithm>
#include <cmath>

namespace daoshm
{

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
    // In units near the largest value, so that no square overflows or vanishes; powers of two, which alter no digit.
    const int exponent = std::clamp(std::ilogb(std::max(-result.minimum, result.maximum)), -1000, 1000);
    const double unit = std::ldexp(1, exponent), scale = std::ldexp(1, -exponent);
    const auto count = static_cast<double>(std::max<size_t>(result.count, 1));
    double sum = 0, squares = 0;
    for (const double value : values)
        if (std::isfinite(value))
        {
            sum += value * scale;
            squares += (value * scale) * (value * scale);
        }
    const double mean = sum / count;
    double spread = 0; // from the mean: the difference of two large sums would lose a small deviation
    for (const double value : values)
        if (std::isfinite(value))
            spread += (value * scale - mean) * (value * scale - mean);
    result.mean = mean * unit;
    result.rms = std::sqrt(squares / count) * unit;
    result.deviation = std::sqrt(spread / count) * unit;
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
