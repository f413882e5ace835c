/// Text from elsewhere (names of files, keywords, processes) made fit for a terminal, which obeys control characters.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace daoshm
{

/// The text with `\x1b`, `\n` or `\u202e` in place of control characters, of characters that change the direction or
/// cannot be seen, and of bytes that are not UTF-8; those in `kept` stay.
std::string printable(std::string_view text, std::string_view kept = "");

/// The text with each such character replaced by what `escape` makes of it: of its code, or of the byte where it is not
/// UTF-8.
std::string with_escapes(std::string_view text, std::string_view kept,
                         const std::function<std::string(uint32_t code, bool is_byte)> &escape);

}
