#include "files/checksum.hpp"

#include <array>
#include <cstring>

namespace daoshm
{

namespace
{

constexpr size_t step = 16; // bytes at once, each with a table of its own
using Tables = std::array<std::array<uint32_t, 256>, step>;

/// tables[k][b]: what byte b contributes when k bytes follow it.
constexpr Tables make_tables()
{
    Tables tables{};
    for (uint32_t byte = 0; byte < 256; ++byte)
    {
        uint32_t value = byte;
        for (int bit = 0; bit < 8; ++bit)
            value = (value >> 1U) ^ ((value & 1U) != 0 ? 0xEDB88320U : 0U);
        tables[0][byte] = value;
    }
    for (size_t k = 1; k < step; ++k)
        for (size_t byte = 0; byte < 256; ++byte)
            tables[k][byte] = (tables[k - 1][byte] >> 8U) ^ tables[0][tables[k - 1][byte] & 0xFFU];
    return tables;
}

constexpr Tables tables = make_tables();

/// `word` little-endian, followed by `after` more bytes of this step.
uint32_t contribution(uint32_t word, size_t after)
{
    return tables[after + 3][word & 0xFFU] ^ tables[after + 2][(word >> 8U) & 0xFFU] ^
           tables[after + 1][(word >> 16U) & 0xFFU] ^ tables[after][word >> 24U];
}

}

uint32_t crc32(const void *data, uint64_t size_bytes)
{
    const auto *at = static_cast<const unsigned char *>(data);
    uint32_t crc = 0xFFFFFFFFU;
    for (; size_bytes >= step; size_bytes -= step, at += step)
    {
        std::array<uint32_t, 4> words{};
        std::memcpy(words.data(), at, step);
        crc = contribution(words[0] ^ crc, 12) ^ contribution(words[1], 8) ^ contribution(words[2], 4) ^
              contribution(words[3], 0);
    }
    for (; size_bytes > 0; --size_bytes, ++at)
        crc = (crc >> 8U) ^ tables[0][(crc ^ *at) & 0xFFU];
    return ~crc;
}

}
