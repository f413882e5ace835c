#include "text/letters.hpp"

#include <algorithm>

namespace daoshm
{

namespace
{

constexpr char between_cases = 'a' - 'A';

}

std::string lower_case(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + between_cases) : c; });
    return text;
}

std::string upper_case(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - between_cases) : c; });
    return text;
}

}
