/// What standard output is: a terminal or not, its size, and whether to colour.
#pragma once

#include <string>
#include <string_view>

namespace daoshm
{

struct TerminalSize
{
    int columns;
    int rows;
};

enum class ColourDepth
{
    none,
    indexed, ///< 256 colours
    direct   ///< 24 bits
};

/// Called first of all: what is printed is UTF-8, and bytes stay as they are.
void start_terminal();
bool output_is_terminal();
bool errors_are_terminal();
/// 80 x 24 where there is no terminal.
TerminalSize terminal_size();
/// `none` off a terminal, on one that does not know the control sequences, and wherever NO_COLOR is set.
ColourDepth terminal_colours();
/// The environment variable, empty when it is not set.
std::string environment(const char *name);

enum class Style
{
    plain,
    bold,
    dim,
    good,
    warning,
    bad,
    accent
};

/// The text in that style, where standard output shows colours.
std::string paint(Style style, std::string_view text);

/// Columns that UTF-8 text takes on a terminal.
size_t display_width(std::string_view text);
/// Cut UTF-8 text to a width, marking the cut with an ellipsis at the front.
std::string keep_end(const std::string &text, size_t width);

}
