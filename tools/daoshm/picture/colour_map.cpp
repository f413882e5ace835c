#include "picture/colour_map.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <numbers>
#include <utility>

#include <fmt/ranges.h>

#include "text/exit_code.hpp"

namespace daoshm
{

namespace
{

uint8_t byte_of(double level)
{
    return static_cast<uint8_t>(std::lround(255 * std::clamp(level, 0.0, 1.0)));
}

Colour grey(double t)
{
    return {byte_of(t), byte_of(t), byte_of(t)};
}

/// Black, red, yellow, white.
Colour heat(double t)
{
    return {byte_of(t * 2.6), byte_of(t * 2.6 - 0.95), byte_of(t * 3.8 - 2.8)};
}

/// Between evenly spaced colours, smoothly.
template <size_t Count>
Colour between(const std::array<std::array<double, 3>, Count> &stops, double t)
{
    const double position = std::clamp(t, 0.0, 1.0) * (Count - 1);
    const auto index = std::min(static_cast<size_t>(position), Count - 2);
    const double share = position - static_cast<double>(index);
    const auto mix = [&](size_t channel) {
        return byte_of(stops[index][channel] * (1 - share) + stops[index + 1][channel] * share);
    };
    return {mix(0), mix(1), mix(2)};
}

/// Dark blue over green to yellow, brightness rising evenly.
Colour viridis_like(double t)
{
    constexpr std::array<std::array<double, 3>, 6> stops{{{0.25, 0.02, 0.33},
                                                          {0.24, 0.28, 0.54},
                                                          {0.15, 0.47, 0.56},
                                                          {0.14, 0.64, 0.52},
                                                          {0.50, 0.80, 0.31},
                                                          {0.99, 0.91, 0.15}}};
    return between(stops, t);
}

/// Blue, white, red: for values around the middle.
Colour balance(double t)
{
    constexpr std::array<std::array<double, 3>, 5> stops{
        {{0.08, 0.20, 0.55}, {0.40, 0.62, 0.88}, {0.96, 0.96, 0.96}, {0.93, 0.50, 0.38}, {0.58, 0.04, 0.12}}};
    return between(stops, t);
}

/// A spiral through the colour cube whose brightness rises evenly.
Colour helix(double t)
{
    const double angle = 2 * std::numbers::pi * (1.0 / 6 - 1.5 * t);
    const double strength = t * (1 - t) / 2;
    const double across = std::cos(angle);
    const double along = std::sin(angle);
    return {byte_of(t + strength * (-0.14861 * across + 1.78277 * along)),
            byte_of(t + strength * (-0.29227 * across - 0.90649 * along)), byte_of(t + strength * 1.97294 * across)};
}

constexpr std::array<std::pair<const char *, ColourMap>, 5> maps{
    {{"viridis", viridis_like}, {"grey", grey}, {"heat", heat}, {"balance", balance}, {"helix", helix}}};

}

std::vector<std::string> colour_map_names()
{
    std::vector<std::string> names;
    for (const auto &[name, map] : maps)
        names.emplace_back(name);
    return names;
}

ColourMap colour_map(const std::string &name)
{
    for (const auto &[known, map] : maps)
        if (name == known)
            return map;
    throw ToolError(fmt::format("colour map: '{}'; expected one of {}", name, fmt::join(colour_map_names(), ", ")),
                    exit_usage);
}

uint8_t indexed_colour(Colour colour)
{
    constexpr std::array<int, 6> levels{0, 95, 135, 175, 215, 255};
    const auto nearest = [&](int value) {
        int best = 0;
        for (int i = 1; i < 6; ++i)
            if (std::abs(levels[static_cast<size_t>(i)] - value) < std::abs(levels[static_cast<size_t>(best)] - value))
                best = i;
        return best;
    };
    const auto distance = [&](int red, int green, int blue) {
        const int r = red - colour.red;
        const int g = green - colour.green;
        const int b = blue - colour.blue;
        return r * r + g * g + b * b;
    };
    const auto level = [&](int index) { return levels[static_cast<size_t>(index)]; };
    const int red = nearest(colour.red);
    const int green = nearest(colour.green);
    const int blue = nearest(colour.blue);
    const int mean = (colour.red + colour.green + colour.blue) / 3;
    const int step = std::clamp((mean - 8 + 5) / 10, 0, 23);
    const int shade = 8 + 10 * step;
    const bool is_grey_nearer = distance(shade, shade, shade) < distance(level(red), level(green), level(blue));
    return static_cast<uint8_t>(is_grey_nearer ? 232 + step : 16 + 36 * red + 6 * green + blue);
}

}
