#include "files/checksum.hpp"

#include <string>

#include <gtest/gtest.h>

namespace daoshm
{

// The right values are those of Python's zlib.crc32.
TEST(Checksum, IsThatOfZlib)
{
    EXPECT_EQ(crc32("", 0), 0U);
    EXPECT_EQ(crc32("123456789", 9), 0xCBF43926U);
    std::string bytes;
    for (int i = 0; i < 1000; ++i)
        bytes += static_cast<char>(i * 7);
    EXPECT_EQ(crc32(bytes.data(), bytes.size()), 0x114AD5FFU);
}

TEST(Checksum, TellsEachBitAtEachPlaceWithinAStep)
{
    std::string bytes(67, '\x5a');
    const uint32_t right = crc32(bytes.data(), bytes.size());
    for (char &byte : bytes)
        for (int bit = 0; bit < 8; ++bit)
        {
            byte = static_cast<char>(byte ^ (1 << bit));
            EXPECT_NE(crc32(bytes.data(), bytes.size()), right);
            byte = static_cast<char>(byte ^ (1 << bit));
        }
}

}
