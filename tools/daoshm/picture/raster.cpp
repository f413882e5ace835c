#include "picture/raster.hpp"

#include <array>
#include <cmath>

#include <fmt/format.h>

namespace daoshm
{

namespace
{

std::string colour_code(Colour colour, bool is_background, ColourDepth depth)
{
    const int layer = is_background ? 48 : 38;
    if (depth == ColourDepth::direct)
        return fmt::format("\033[{};2;{};{};{}m", layer, colour.red, colour.green, colour.blue);
    return fmt::format("\033[{};5;{}m", layer, indexed_colour(colour));
}

}

Raster colour_image(const Image &image, const Stretch &stretch, ColourMap map)
{
    Raster raster{image.width, image.height, {}};
    raster.pixels.reserve(image.values.size());
    for (const double value : image.values)
        raster.pixels.push_back(std::isnan(value) ? no_value_colour : map(stretch(value)));
    return raster;
}

std::string half_blocks(const Raster &raster, ColourDepth depth)
{
    std::string text;
    for (size_t y = 0; y < raster.height; y += 2)
    {
        std::string shown_upper;
        std::string shown_lower;
        for (size_t x = 0; x < raster.width; ++x)
        {
            const bool has_lower = y + 1 < raster.height;
            const std::string upper = colour_code(raster.pixels[y * raster.width + x], false, depth);
            const std::string lower =
                has_lower ? colour_code(raster.pixels[(y + 1) * raster.width + x], true, depth) : "\033[49m";
            text += upper == shown_upper ? "" : upper;
            text += lower == shown_lower ? "" : lower;
            text += "▀";
            shown_upper = upper;
            shown_lower = lower;
        }
        text += "\033[0m\n";
    }
    return text;
}

std::string shades(const Image &image, const Stretch &stretch)
{
    constexpr std::array steps{" ", "░", "▒", "▓", "█"};
    const Image cells = resample(image, image.width, (image.height + 1) / 2);
    std::string text;
    for (size_t y = 0; y < cells.height; ++y)
    {
        for (size_t x = 0; x < cells.width; ++x)
        {
            const double value = cells.at(x, y);
            const double level = std::isnan(value) ? 0 : stretch(value) * static_cast<double>(steps.size());
            text += std::isnan(value) ? "?" : steps[std::min(static_cast<size_t>(level), steps.size() - 1)];
        }
        text += '\n';
    }
    return text;
}

}
