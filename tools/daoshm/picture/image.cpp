#include "picture/image.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "frame/statistics.hpp"

namespace daoshm
{

namespace
{

double mean_of_area(const Image &image, size_t x0, size_t x1, size_t y0, size_t y1)
{
    double sum = 0;
    size_t count = 0;
    for (size_t y = y0; y < y1; ++y)
        for (size_t x = x0; x < x1; ++x)
            if (const double value = image.at(x, y); std::isfinite(value))
            {
                sum += value;
                ++count;
            }
    return count > 0 ? sum / static_cast<double>(count) : std::numeric_limits<double>::quiet_NaN();
}

}

Image resample(const Image &image, size_t width, size_t height)
{
    Image result{width, height, std::vector<double>(width * height)};
    for (size_t y = 0; y < height; ++y)
    {
        const size_t y0 = y * image.height / height;
        const size_t y1 = std::max(y0 + 1, (y + 1) * image.height / height);
        for (size_t x = 0; x < width; ++x)
        {
            const size_t x0 = x * image.width / width;
            const size_t x1 = std::max(x0 + 1, (x + 1) * image.width / width);
            result.values[y * width + x] = mean_of_area(image, x0, x1, y0, y1);
        }
    }
    return result;
}

Size fit(const Image &image, size_t width, size_t height)
{
    const double scale = std::min(static_cast<double>(width) / static_cast<double>(image.width),
                                  static_cast<double>(height) / static_cast<double>(image.height));
    const auto scaled = [scale](size_t length) {
        return std::max<size_t>(1, static_cast<size_t>(std::floor(static_cast<double>(length) * scale + 1e-9)));
    };
    return {std::min(scaled(image.width), width), std::min(scaled(image.height), height)};
}

double Stretch::operator()(double value) const
{
    if (!(highest > lowest))
        return value < lowest ? 0 : value > lowest ? 1 : 0.5;
    const double position = position_between(value, lowest, highest);
    switch (curve)
    {
    case Curve::logarithmic:
        return std::log1p(1000 * position) / std::log1p(1000.0);
    case Curve::root:
        return std::sqrt(position);
    case Curve::asinh:
        return std::asinh(20 * position) / std::asinh(20.0);
    case Curve::linear:
        break;
    }
    return position;
}

Stretch stretch_for(const std::vector<double> &values, Curve curve, double clip_percent)
{
    const Percentiles percentiles(values);
    return {curve, percentiles.at(clip_percent), percentiles.at(100 - clip_percent)};
}

}
