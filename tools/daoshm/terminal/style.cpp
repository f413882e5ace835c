#include "terminal/style.hpp"

#include <algorithm>

#include "text/utf8.hpp"

namespace daoshm
{

namespace
{

const char *style_code(Style style)
{
    switch (style)
    {
    case Style::bold:
        return "\033[1m";
    case Style::dim:
        return "\033[2m";
    case Style::good:
        return "\033[32m";
    case Style::warning:
        return "\033[33m";
    case Style::bad:
        return "\033[31m";
    case Style::accent:
        return "\033[36m";
    case Style::plain:
        break;
    }
    return "";
}

/// Of the first character of text that is not empty.
size_t columns_of_first(std::string_view text)
{
    const Character character = first_character(text);
    return character.bytes == 0 ? 1 : static_cast<size_t>(columns_of(character.code));
}

/// Remove it. @return its columns
size_t take_character(std::string_view &text)
{
    const size_t columns = columns_of_first(text);
    text.remove_prefix(std::max<size_t>(1, first_character(text).bytes));
    return columns;
}

}

std::string paint(Style style, std::string_view text)
{
    if (style == Style::plain || text.empty() || terminal_colours() == ColourDepth::none)
        return std::string(text);
    return style_code(style) + std::string(text) + "\033[0m";
}

size_t display_width(std::string_view text)
{
    size_t width = 0;
    while (!text.empty())
        width += take_character(text);
    return width;
}

std::string keep_end(const std::string &text, size_t width)
{
    size_t used = display_width(text);
    if (used <= width || width == 0)
        return text;
    std::string_view rest = text;
    while (used >= width)
        used -= take_character(rest);
    while (!rest.empty() && columns_of_first(rest) == 0) // accents of a character that was cut off
        take_character(rest);
    return "…" + std::string(rest);
}

std::string keep_start(const std::string &text, size_t width)
{
    std::string_view rest = text;
    for (size_t used = 0; !rest.empty() && used + columns_of_first(rest) <= width;)
        used += take_character(rest);
    return text.substr(0, text.size() - rest.size());
}

std::string shortened(const std::string &text, size_t width)
{
    return display_width(text) <= width || width == 0 ? keep_start(text, width) : keep_start(text, width - 1) + "…";
}

}
