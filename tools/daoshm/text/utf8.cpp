#include "text/utf8.hpp"

namespace daoshm
{

namespace
{

bool continues(char byte)
{
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

}

Character first_character(std::string_view text)
{
    const auto first = static_cast<unsigned char>(text.front());
    if (first < 0x80)
        return {first, 1};
    const size_t bytes = first >= 0xF0 && first < 0xF8 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 0;
    if (bytes == 0 || first >= 0xF8 || bytes > text.size())
        return {first, 0};
    uint32_t code = first & (0xFFU >> (bytes + 1));
    for (const char byte : text.substr(1, bytes - 1))
    {
        if (!continues(byte))
            return {first, 0};
        code = code << 6U | (static_cast<unsigned char>(byte) & 0x3FU);
    }
    constexpr uint32_t lowest[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool is_valid = code >= lowest[bytes] && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
    return {is_valid ? code : first, is_valid ? bytes : 0};
}

}
