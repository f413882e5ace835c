/// Pixels, and the modes in which a terminal can draw them.
#pragma once

#include <string>
#include <vector>

#include "picture/colour_map.hpp"
#include "picture/image.hpp"
#include "platform/platform.hpp"

namespace daoshm
{

struct Raster
{
    size_t width = 0;
    size_t height = 0;
    std::vector<Colour> pixels;
};

Raster colour_image(const Image &image, const Stretch &stretch, ColourMap map);

/// Two pixels a character cell, one above the other, by half blocks.
std::string half_blocks(const Raster &raster, ColourDepth depth);
/// Brightness alone, two pixels a cell, where a terminal has no colours.
std::string shades(const Image &image, const Stretch &stretch);
/// The sixel graphics of DEC terminals, xterm, foot, WezTerm and others.
std::string sixel(const Raster &raster);
/// The graphics protocol of kitty, ghostty and others, shown over `columns` x `rows` cells.
std::string kitty(const Raster &raster, size_t columns, size_t rows);

}
