#include "beacon/beacon.hpp"

#include <gtest/gtest.h>

namespace dao::net
{

namespace
{

TEST(Beacon, SaysItsPortAndNothingElse)
{
    for (const int port : {1, 255, 256, 5555, 65535})
    {
        const std::string bytes = write_beacon(static_cast<uint16_t>(port));
        EXPECT_EQ(bytes.size(), beacon_bytes);
        EXPECT_EQ(read_beacon(bytes), port);
    }
}

TEST(Beacon, AnythingElseIsNone)
{
    const std::string good = write_beacon(5555);
    EXPECT_FALSE(read_beacon(write_beacon(0)));
    EXPECT_FALSE(read_beacon(""));
    EXPECT_FALSE(read_beacon(good + "x"));
    EXPECT_FALSE(read_beacon(std::string_view(good).substr(0, good.size() - 1)));
    for (size_t index = 0; index < 8; ++index)
    {
        std::string changed = good;
        changed[index] = static_cast<char>(changed[index] + 1);
        EXPECT_FALSE(read_beacon(changed)) << index;
    }
}

}

}
