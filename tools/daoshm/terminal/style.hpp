/// Text in colours, and how wide it is on a terminal.
#pragma once

#include <string>
#include <string_view>

#include "platform/platform.hpp"

namespace daoshm
{

/// The text in that style, where standard output shows colours.
std::string paint(Style style, std::string_view text);

/// Columns that UTF-8 text takes on a terminal: two for most characters of East Asia, none for accents of their own.
size_t display_width(std::string_view text);
/// Cut UTF-8 text to a width, with an ellipsis in front of what remains.
std::string keep_end(const std::string &text, size_t width);
/// Cut UTF-8 text to a width.
std::string keep_start(const std::string &text, size_t width);
/// The same, with an ellipsis behind what remains.
std::string shortened(const std::string &text, size_t width);

}
