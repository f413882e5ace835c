#include "wire/text.hpp"

#include <cstdio>
#include <random>

namespace dao::net::wire
{

namespace
{

// Bytes of the UTF-8 character at the start of `text`; 0 when there is no valid one.
size_t character_bytes(std::string_view text)
{
    const auto byte = [&](size_t index) { return static_cast<unsigned char>(text[index]); };
    const auto is_continued = [&](size_t count) {
        if (text.size() < count)
            return false;
        for (size_t index = 1; index < count; ++index)
            if ((byte(index) & 0xC0) != 0x80)
                return false;
        return true;
    };
    const unsigned first = byte(0);
    if (first < 0x80)
        return 1;
    if (first >= 0xC2 && first < 0xE0)
        return is_continued(2) ? 2 : 0;
    if (first >= 0xE0 && first < 0xF0 && is_continued(3))
    {
        const bool is_too_long = first == 0xE0 && byte(1) < 0xA0;
        const bool is_surrogate = first == 0xED && byte(1) >= 0xA0;
        return is_too_long || is_surrogate ? 0 : 3;
    }
    if (first >= 0xF0 && first < 0xF5 && is_continued(4))
    {
        const bool is_too_long = first == 0xF0 && byte(1) < 0x90;
        const bool is_too_high = first == 0xF4 && byte(1) >= 0x90;
        return is_too_long || is_too_high ? 0 : 4;
    }
    return 0;
}

// C0, DEL, C1 (U+0080 to U+009F, which terminals obey too), and what changes the direction or the lines of the text that
// follows (U+061C, U+200E, U+200F, U+2028 to U+202E, U+2066 to U+2069).
bool is_control(std::string_view character)
{
    const auto byte = [&](size_t index) { return static_cast<unsigned char>(character[index]); };
    const unsigned first = byte(0);
    if (first == 0xE2 && byte(1) == 0x80)
        return byte(2) == 0x8E || byte(2) == 0x8F || (byte(2) >= 0xA8 && byte(2) <= 0xAE);
    if (first == 0xE2 && byte(1) == 0x81)
        return byte(2) >= 0xA6 && byte(2) <= 0xA9;
    return first < 0x20 || first == 0x7F || (first == 0xC2 && byte(1) < 0xA0) || (first == 0xD8 && byte(1) == 0x9C);
}

}

bool is_valid_utf8(std::string_view text)
{
    while (!text.empty())
    {
        const size_t bytes = character_bytes(text);
        if (bytes == 0)
            return false;
        text.remove_prefix(bytes);
    }
    return true;
}

std::string clean(std::string_view text, size_t limit_bytes)
{
    std::string result;
    while (!text.empty())
    {
        const size_t bytes = character_bytes(text);
        const bool is_bad = bytes == 0 || is_control(text.substr(0, bytes));
        const std::string_view character = is_bad ? std::string_view("?") : text.substr(0, bytes);
        if (result.size() + character.size() > limit_bytes)
            break;
        result += character;
        text.remove_prefix(bytes == 0 ? 1 : bytes);
    }
    return result;
}

bool is_topic(std::string_view text)
{
    return !text.empty() && text.size() <= topic_limit_bytes && clean(text, topic_limit_bytes) == text;
}

std::string topic_of(std::string_view file)
{
    if (const size_t slash = file.find_last_of("/\\"); slash != std::string_view::npos)
        file.remove_prefix(slash + 1);
    constexpr std::string_view ending = ".im.shm";
    if (file.size() > ending.size() && file.substr(file.size() - ending.size()) == ending)
        file.remove_suffix(ending.size());
    return std::string(file);
}

std::string to_hex(uint64_t number)
{
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(number));
    return text;
}

bool from_hex(std::string_view text, uint64_t &number)
{
    number = 0;
    if (text.size() != 16)
        return false;
    for (const char digit : text)
    {
        const bool is_number = digit >= '0' && digit <= '9';
        if (!is_number && (digit < 'a' || digit > 'f'))
            return false;
        number = number * 16 + static_cast<uint64_t>(is_number ? digit - '0' : digit - 'a' + 10);
    }
    return true;
}

uint64_t random_number()
{
    std::random_device random;
    return uint64_t{random()} << 32 | random();
}

std::string random_id()
{
    return to_hex(random_number()) + to_hex(random_number());
}

bool is_id(std::string_view text)
{
    uint64_t ignored = 0;
    return text.size() == 32 && from_hex(text.substr(0, 16), ignored) && from_hex(text.substr(16), ignored);
}

}
