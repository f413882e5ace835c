/// Lines that fit the terminal: what is left out is the least important. Into a file or a pipe they have any length.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "platform/platform.hpp"

namespace daoshm
{

inline constexpr size_t any_columns = SIZE_MAX;

/// How long a line of standard output may be.
size_t output_columns();

struct LinePart
{
    std::string text;
    int importance;
    Style style = Style::plain;
};

/// The parts that fit, in their order, with `separator` between them. When there is no room even for the most important
/// one, its beginning.
std::string fitted(std::vector<LinePart> parts, std::string_view separator, size_t columns);

/// Text broken between words, each line ended; all but the first are indented. A word longer than a line is broken, too.
std::string wrapped(const std::string &text, size_t columns, size_t indent = 0);

}
