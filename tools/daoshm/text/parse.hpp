/// Numbers in what a user types: decimal, the whole text, and nothing that would become another number.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace daoshm
{

/// Is it an integer of any size: digits with or without a sign?
bool is_integer_text(const std::string &text);
/// Nothing when it is no integer, or does not fit.
std::optional<int64_t> parse_signed(const std::string &text);
std::optional<uint64_t> parse_unsigned(const std::string &text);
/// Does the text have the form of a number that parse_real() takes, whether or not a double holds it?
bool is_number_text(const std::string &text);
/// Is the double exactly the integer that the text says?
bool is_exact_integer(const std::string &text, double value);
/// "-1.5", "2e-3", "inf", "nan"; nothing when it is no number, or one so large or small that it becomes infinite or 0.
std::optional<double> parse_real(const std::string &text);

}
