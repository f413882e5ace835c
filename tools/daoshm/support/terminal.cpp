#include "terminal.hpp"

#include <cstdlib>
#include <filesystem>

#include <curses.h>
#include <term.h>
// curses defines these as macros
#undef columns
#undef lines
#undef tab

namespace daoshm
{

namespace
{

/// A terminal is a character device other than the null device; systems without /dev have plain output.
bool is_terminal(const char *device)
{
    std::error_code error;
    const std::filesystem::file_status status = std::filesystem::status(device, error);
    return !error && std::filesystem::is_character_file(status) &&
           !std::filesystem::equivalent(device, "/dev/null", error);
}

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

std::string environment(const char *name)
{
    const char *value = std::getenv(name);
    return value != nullptr ? value : "";
}

bool output_is_terminal()
{
    static const bool result = is_terminal("/dev/stdout");
    return result;
}

bool errors_are_terminal()
{
    static const bool result = is_terminal("/dev/stderr");
    return result;
}

TerminalSize terminal_size()
{
    TerminalSize size{80, 24};
    if (!output_is_terminal())
        return size;
    // A fresh setup asks the terminal for its size, which may have changed.
    if (cur_term != nullptr)
        del_curterm(cur_term);
    int outcome = 0;
    if (setupterm(nullptr, 1, &outcome) != OK)
        return size;
    char columns_name[] = "cols";
    char rows_name[] = "lines";
    const int found_columns = tigetnum(columns_name);
    const int found_rows = tigetnum(rows_name);
    if (found_columns > 0)
        size.columns = found_columns;
    if (found_rows > 0)
        size.rows = found_rows;
    return size;
}

ColourDepth terminal_colours()
{
    const std::string terminal = environment("TERM");
    if (!output_is_terminal() || !environment("NO_COLOR").empty() || terminal == "dumb" || terminal.empty())
        return ColourDepth::none;
    const std::string depth = environment("COLORTERM");
    if (depth == "truecolor" || depth == "24bit" || terminal.find("direct") != std::string::npos)
        return ColourDepth::direct;
    return ColourDepth::indexed;
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

}
