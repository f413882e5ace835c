#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "picture/raster.hpp"

namespace daoshm
{

namespace
{

/// Terminals have 256 colour registers: bits are dropped until that many suffice.
Colour reduced(Colour colour, unsigned drop_bits)
{
    const auto reduce = [drop_bits](uint8_t level) {
        const unsigned stored = (static_cast<unsigned>(level) >> drop_bits) << drop_bits;
        return static_cast<uint8_t>(std::min(255U, stored + (stored >> (8U - drop_bits))));
    };
    return drop_bits == 0 ? colour : Colour{reduce(colour.red), reduce(colour.green), reduce(colour.blue)};
}

struct Palette
{
    std::vector<Colour> colours;
    std::vector<size_t> pixels; ///< index into `colours`, for each pixel
};

Palette palette_of(const Raster &raster)
{
    const auto key = [](Colour c) { return (c.red * 256 + c.green) * 256 + c.blue; };
    for (unsigned drop_bits = 0;; ++drop_bits)
    {
        Palette palette;
        std::map<int, size_t> known;
        for (const Colour &pixel : raster.pixels)
        {
            const Colour colour = reduced(pixel, drop_bits);
            const auto [found, is_new] = known.try_emplace(key(colour), palette.colours.size());
            if (is_new)
                palette.colours.push_back(colour);
            palette.pixels.push_back(found->second);
        }
        if (palette.colours.size() <= 256)
            return palette;
    }
}

void add_run(std::string &text, char sixel, size_t length)
{
    if (length > 3)
        text += fmt::format("!{}{}", length, sixel);
    else
        text.append(length, sixel);
}

/// Six rows of one colour.
std::string band_of(const Raster &raster, const Palette &palette, size_t top, size_t colour)
{
    std::string text = fmt::format("#{}", colour);
    char running = 0;
    size_t length = 0;
    for (size_t x = 0; x < raster.width; ++x)
    {
        unsigned bits = 0;
        for (size_t row = 0; row < 6 && top + row < raster.height; ++row)
            bits |= palette.pixels[(top + row) * raster.width + x] == colour ? 1U << row : 0U;
        const char sixel = static_cast<char>('?' + static_cast<int>(bits));
        if (sixel != running && length > 0)
        {
            add_run(text, running, length);
            length = 0;
        }
        running = sixel;
        ++length;
    }
    add_run(text, running, length);
    return text;
}

}

std::string sixel(const Raster &raster)
{
    const Palette palette = palette_of(raster);
    std::string text = fmt::format("\033P0;1q\"1;1;{};{}", raster.width, raster.height);
    const auto percent = [](uint8_t level) { return (level * 100 + 127) / 255; };
    for (size_t i = 0; i < palette.colours.size(); ++i)
    {
        const Colour &colour = palette.colours[i];
        text += fmt::format("#{};2;{};{};{}", i, percent(colour.red), percent(colour.green), percent(colour.blue));
    }
    for (size_t top = 0; top < raster.height; top += 6)
    {
        const auto begin = palette.pixels.begin() + static_cast<std::ptrdiff_t>(top * raster.width);
        const size_t rows = std::min<size_t>(6, raster.height - top);
        const std::set<size_t> used(begin, begin + static_cast<std::ptrdiff_t>(rows * raster.width));
        for (const size_t colour : used)
            text += band_of(raster, palette, top, colour) + '$';
        text += '-';
    }
    return text + "\033\\";
}

}
