/// Numbers between the byte order of segments, little-endian, and that of files.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace daoshm
{

template <typename Word>
constexpr Word swapped(Word word)
{
    if constexpr (sizeof(Word) == 1)
        return word;
    Word result = 0;
    for (size_t i = 0; i < sizeof(Word); ++i)
        result = static_cast<Word>(result | ((word >> (8 * i)) & 0xFFU) << (8 * (sizeof(Word) - 1 - i)));
    return result;
}

/// Call `change(word)` for each of the unsigned words of `word_bytes` in `from`, and store the results.
template <typename Word, typename Change>
void for_each_word(const std::byte *from, std::byte *to, uint64_t size_bytes, const Change &change)
{
    for (uint64_t at = 0; at < size_bytes; at += sizeof(Word))
    {
        Word word = 0;
        std::memcpy(&word, from + at, sizeof word);
        word = change(word);
        std::memcpy(to + at, &word, sizeof word);
    }
}

/// Call `visitor` with an unsigned integer of that many bytes: 1, 2, 4 or 8.
template <typename Visitor>
void visit_word(size_t bytes, const Visitor &visitor)
{
    switch (bytes)
    {
    case 1:
        return visitor(uint8_t{});
    case 2:
        return visitor(uint16_t{});
    case 4:
        return visitor(uint32_t{});
    default:
        return visitor(uint64_t{});
    }
}

}
