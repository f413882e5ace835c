#include "text/parse.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

namespace daoshm
{

namespace
{

std::string without_plus(const std::string &text)
{
    return text.starts_with('+') ? text.substr(1) : text;
}

/// "inf", "infinity" or "nan", in any case and with any sign
bool is_special(const std::string &text)
{
    std::string word = text.substr(text.starts_with('+') || text.starts_with('-') ? 1 : 0);
    std::transform(word.begin(), word.end(), word.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return word == "inf" || word == "infinity" || word == "nan";
}

template <typename Integer>
std::optional<Integer> parse_integer(const std::string &text)
{
    if (!is_integer_text(text))
        return std::nullopt;
    const std::string digits = without_plus(text);
    Integer value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc() && end == digits.data() + digits.size() ? std::optional(value) : std::nullopt;
}

}

bool is_integer_text(const std::string &text)
{
    const size_t first = text.starts_with('+') || text.starts_with('-') ? 1 : 0;
    return text.size() > first && text.find_first_not_of("0123456789", first) == std::string::npos;
}

std::optional<int64_t> parse_signed(const std::string &text)
{
    return parse_integer<int64_t>(text);
}

std::optional<uint64_t> parse_unsigned(const std::string &text)
{
    return parse_integer<uint64_t>(text);
}

bool is_number_text(const std::string &text)
{
    char *end = nullptr;
    std::strtod(text.c_str(), &end);
    // strtod() also takes blanks and hexadecimal numbers.
    return end != text.c_str() && *end == '\0' &&
           (is_special(text) || text.find_first_not_of("0123456789.eE+-") == std::string::npos);
}

bool is_exact_integer(const std::string &text, double value)
{
    const std::string digits = without_plus(text);
    const bool is_negative = digits.starts_with('-');
    const size_t first = digits.find_first_not_of("-0");
    const std::string exact =
        first == std::string::npos ? "0" : fmt::format("{}{}", is_negative ? "-" : "", digits.substr(first));
    return fmt::format("{:.0f}", value == 0 ? 0.0 : value) == exact;
}

std::optional<double> parse_real(const std::string &text)
{
    if (!is_number_text(text))
        return std::nullopt;
    const double value = std::strtod(text.c_str(), nullptr);
    const std::string mantissa = text.substr(0, text.find_first_of("eE"));
    const bool is_zero_changed = value == 0 && mantissa.find_first_of("123456789") != std::string::npos;
    const bool is_changed = !is_special(text) && (!std::isfinite(value) || is_zero_changed);
    return is_changed ? std::nullopt : std::optional(value);
}

}
