/// UTF-8 text, character by character.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace daoshm
{

struct Character
{
    uint32_t code;
    size_t bytes; ///< 0: the first byte begins no character, and is the code
};

/// The first character of text that is not empty: not longer than necessary, no surrogate, at most U+10FFFF.
Character first_character(std::string_view text);

}
