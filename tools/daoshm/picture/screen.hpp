/// A frame drawn for the terminal: picture or curve, with a title and a scale.
#pragma once

#include <dao.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "frame/element_types.hpp"
#include "picture/raster.hpp"
#include "platform/platform.hpp"
#include "terminal/fitting.hpp"

namespace daoshm
{

enum class Graphics
{
    automatic,
    blocks,
    sixel,
    kitty
};

struct ScreenOptions
{
    Graphics graphics = Graphics::automatic;
    ColourDepth colours = ColourDepth::none;
    Curve curve = Curve::linear;
    double clip_percent = 0;
    std::optional<std::pair<double, double>> limits;
    std::string map = "viridis";
    Part part = Part::modulus;
    bool is_flipped = false;
    size_t columns = 80;
    size_t text_columns = any_columns; ///< of title and statistics
    size_t rows = 24;
};

/// What the terminal supports, according to the environment.
Graphics detected_graphics();

/// One plane of a frame: two axes, or one.
struct Plane
{
    const void *data;
    uint8_t atype;
    size_t height; ///< 1 for a curve
    size_t width;
};

/// The picture or, for a single row or column, the curve; the title above and the scale below.
std::string draw(const Plane &plane, const std::vector<LinePart> &title, const ScreenOptions &options);

}
