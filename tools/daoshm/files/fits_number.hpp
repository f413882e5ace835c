/// Numbers as FITS headers have them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace daoshm
{

using FitsNumber = std::variant<int64_t, double>;

/// An integer, or a real number with E or D before its exponent; an integer too great for 64 bits is a double. Nothing
/// when the text is no number, or one that a double cannot hold.
std::optional<FitsNumber> fits_number(const std::string &text);

}
