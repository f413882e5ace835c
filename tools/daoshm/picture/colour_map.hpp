/// Colour maps: functions of the brightness.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace daoshm
{

struct Colour
{
    uint8_t red;
    uint8_t green;
    uint8_t blue;
    bool operator==(const Colour &) const = default;
};

using ColourMap = Colour (*)(double brightness); ///< brightness from 0 to 1

/// The colour of pixels that are NaN.
inline constexpr Colour no_value_colour{90, 0, 90};

std::vector<std::string> colour_map_names();
ColourMap colour_map(const std::string &name);

/// The nearest of a terminal's 256 colours.
uint8_t indexed_colour(Colour colour);

}
