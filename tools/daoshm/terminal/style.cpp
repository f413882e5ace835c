#include "terminal/style.hpp"

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
    for (const char byte : text)
        width += (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U ? 1 : 0;
    return width;
}

std::string keep_end(const std::string &text, size_t width)
{
    size_t surplus = display_width(text);
    if (surplus <= width || width == 0)
        return text;
    surplus -= width - 1;
    size_t at = 0;
    while (surplus > 0 && at < text.size())
    {
        ++at;
        while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U)
            ++at;
        --surplus;
    }
    return "…" + text.substr(at);
}

std::string keep_start(const std::string &text, size_t width)
{
    size_t at = 0;
    for (size_t used = 0; at < text.size(); ++at)
        if (const bool begins = (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U; begins && used++ == width)
            break;
    return text.substr(0, at);
}

}
