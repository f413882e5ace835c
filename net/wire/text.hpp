// Names and other texts that come from, or go to, other machines.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dao::net::wire
{

// A private topic begins with this byte, which no name of a segment may contain.
constexpr char private_mark = '\x02';

bool is_valid_utf8(std::string_view text);

// The text as valid UTF-8 without control characters, `?` in place of each, cut to `limit_bytes` between characters.
std::string clean(std::string_view text, size_t limit_bytes);

constexpr size_t topic_limit_bytes = 79;
// Whether segments may be called so: 1 to 79 bytes of UTF-8 without control characters.
bool is_topic(std::string_view text);

// The topic of a segment's file: its name up to ".im.shm", without folders.
std::string topic_of(std::string_view file);

// 16 hexadecimal digits of a number, and back; false when the text is anything else.
std::string to_hex(uint64_t number);
bool from_hex(std::string_view text, uint64_t &number);

// One that nobody guesses, and 32 hexadecimal digits of the kind.
uint64_t random_number();
std::string random_id();
bool is_id(std::string_view text);

// The topic, as the first part of its messages has it.
inline std::string private_topic(const std::string &id)
{
    return private_mark + id + '\0';
}

// Copies a text into a field of a struct of the interface, cut where it must be.
template <size_t Size>
void fill(char (&field)[Size], std::string_view text)
{
    const std::string cut = clean(text, Size - 1);
    cut.copy(field, Size - 1);
    field[cut.size()] = 0;
}

}
