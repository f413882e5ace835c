#include "files/fits_number.hpp"

#include <algorithm>
#include <charconv>

namespace daoshm
{

namespace
{

/// The whole text as a number of that type.
template <typename Number>
std::optional<Number> whole_number(const char *begin, const char *end)
{
    Number number{};
    const auto [rest, error] = std::from_chars(begin, end, number);
    if (error != std::errc() || rest != end)
        return std::nullopt;
    return number;
}

}

std::optional<FitsNumber> fits_number(const std::string &text)
{
    std::string number = text;
    number.erase(number.find_last_not_of(' ') + 1);
    number.erase(0, number.find_first_not_of(' '));
    if (number.starts_with('+') && !number.starts_with("+-"))
        number.erase(0, 1);
    std::replace(number.begin(), number.end(), 'D', 'E');
    std::replace(number.begin(), number.end(), 'd', 'e');
    const char *const begin = number.data();
    const char *const end = begin + number.size();
    if (const auto integer = whole_number<int64_t>(begin, end))
        return *integer;
    if (const auto real = whole_number<double>(begin, end))
        return *real;
    return std::nullopt;
}

}
