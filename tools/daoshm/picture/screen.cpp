#include "picture/screen.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "frame/statistics.hpp"
#include "picture/plot.hpp"
#include "terminal/style.hpp"
#include "text/numbers.hpp"

namespace daoshm
{

namespace
{

constexpr size_t sixel_cell_width = 10; // pixels of a character cell: typical values
constexpr size_t sixel_cell_height = 20;
constexpr size_t largest_picture = 1200; // pixels sent to a terminal along one axis

/// "low [colours] high" and the stretch, as far as there is room.
std::string scale_line(const Stretch &stretch, const ScreenOptions &options)
{
    const std::string low = value_text(stretch.lowest);
    const std::string high = value_text(stretch.highest);
    const char *curve = options.curve == Curve::logarithmic ? "log"
                        : options.curve == Curve::root      ? "sqrt"
                        : options.curve == Curve::asinh     ? "asinh"
                                                            : "linear";
    const std::string stretch_name = fmt::format("{}, {}", curve, options.map);
    constexpr size_t narrowest = 6;
    constexpr size_t widest = 32;
    const size_t ends = low.size() + high.size() + 2;
    if (ends + narrowest > options.columns)
        return paint(Style::dim, shortened(fmt::format("{} to {}", low, high), options.columns));
    const size_t width = std::min(widest, options.columns - ends);
    const bool has_room_for_name = ends + width + 2 + stretch_name.size() <= options.columns;
    std::string bar;
    if (options.colours == ColourDepth::none)
    {
        bar = " ░▒▓█ ";
    }
    else
    {
        Image ramp{width, 2, {}};
        for (size_t i = 0; i < 2 * width; ++i)
            ramp.values.push_back(static_cast<double>(i % width) / static_cast<double>(width - 1));
        bar = half_blocks(colour_image(ramp, {Curve::linear, 0, 1}, colour_map(options.map)), options.colours);
        bar.erase(std::remove(bar.begin(), bar.end(), '\n'), bar.end());
    }
    return fmt::format("{} {} {}{}", low, bar, high, has_room_for_name ? "  " + paint(Style::dim, stretch_name) : "");
}

Image image_of(const std::vector<double> &values, const Plane &plane, bool is_flipped)
{
    Image image{plane.width, plane.height, values};
    if (is_flipped)
        for (size_t y = 0; y < image.height / 2; ++y)
            std::swap_ranges(image.values.begin() + static_cast<std::ptrdiff_t>(y * image.width),
                             image.values.begin() + static_cast<std::ptrdiff_t>((y + 1) * image.width),
                             image.values.begin() + static_cast<std::ptrdiff_t>((image.height - 1 - y) * image.width));
    return image;
}

std::string picture(const Image &image, const Stretch &stretch, const ScreenOptions &options, size_t rows)
{
    const Graphics graphics = options.graphics == Graphics::automatic ? detected_graphics() : options.graphics;
    const ColourMap map = colour_map(options.map);
    const Size cells = fit(image, options.columns, rows * 2);
    if (graphics == Graphics::kitty)
    {
        // The terminal enlarges; only large images are reduced here.
        const Size size = image.width <= largest_picture && image.height <= largest_picture
                              ? Size{image.width, image.height}
                              : fit(image, largest_picture, largest_picture);
        return kitty(colour_image(resample(image, size.width, size.height), stretch, map), cells.width,
                     (cells.height + 1) / 2);
    }
    if (graphics == Graphics::sixel)
    {
        const Size size = fit(image, std::min(options.columns * sixel_cell_width, largest_picture),
                              std::min(rows * sixel_cell_height, largest_picture));
        return sixel(colour_image(resample(image, size.width, size.height), stretch, map)) + "\n";
    }
    const Image shown = resample(image, cells.width, cells.height);
    if (options.colours == ColourDepth::none)
        return shades(shown, stretch);
    return half_blocks(colour_image(shown, stretch, map), options.colours);
}

}

Graphics detected_graphics()
{
    // A multiplexer passes neither protocol on to the terminal.
    const std::string terminal = environment("TERM");
    if (!environment("TMUX").empty() || terminal.starts_with("screen") || terminal.starts_with("tmux"))
        return Graphics::blocks;
    const std::string program = environment("TERM_PROGRAM");
    if (!environment("KITTY_WINDOW_ID").empty() || terminal == "xterm-kitty" || terminal == "xterm-ghostty" ||
        program == "ghostty")
        return Graphics::kitty;
    if (terminal.starts_with("foot") || terminal.starts_with("mlterm") || terminal.find("sixel") != std::string::npos ||
        program == "WezTerm" || program == "iTerm.app")
        return Graphics::sixel;
    return Graphics::blocks;
}

std::string draw(const Plane &plane, const std::vector<LinePart> &title, const ScreenOptions &options)
{
    const std::vector<double> values = as_doubles(plane.atype, plane.data, plane.width * plane.height, options.part);
    const Moments found = moments(values);
    const auto text = [&](double value) { return found.count > 0 ? value_text(value) : "-"; };
    const std::string statistics = fitted({{"min " + text(found.minimum), 2, Style::dim},
                                           {"mean " + text(found.mean), 3, Style::dim},
                                           {"max " + text(found.maximum), 4, Style::dim},
                                           {"rms " + text(found.rms), 1, Style::dim}},
                                          "  ", options.text_columns) +
                                   "\n";
    const std::string head = fitted(title, "  ", options.text_columns) + "\n";
    constexpr size_t text_rows = 4; // title, scale, statistics, and the line of the prompt
    const size_t rows = std::max<size_t>(options.rows > text_rows ? options.rows - text_rows : 1, 3);
    if (plane.height == 1 || plane.width == 1)
        return head + plot(values, options.columns, std::min<size_t>(rows, 20)) + statistics;
    Stretch stretch = stretch_for(values, options.curve, options.clip_percent);
    const bool has_scale = found.count > 0 || options.limits;
    if (options.limits)
        stretch = {options.curve, options.limits->first, options.limits->second};
    return head + picture(image_of(values, plane, options.is_flipped), stretch, options, rows) +
           (has_scale ? scale_line(stretch, options)
                      : paint(Style::dim, shortened("no finite value", options.columns))) +
           "\n" + statistics;
}

}
