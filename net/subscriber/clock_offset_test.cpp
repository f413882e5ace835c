#include "subscriber/clock_offset.hpp"

#include <gtest/gtest.h>

using dao::net::ClockOffset;

TEST(ClockOffset, IsOffByAtMostHalfOfTheShortestRoundTrip)
{
    constexpr int64_t ahead = 1'000'000;
    ClockOffset offset;
    EXPECT_FALSE(offset.is_known());
    EXPECT_EQ(offset.offset_ns(), 0);
    // There and back take unequal times; the other side needs 50 to answer.
    const auto ask = [&](int64_t now, int64_t there, int64_t back) {
        offset.add(now, now + there + ahead, now + there + ahead + 50, now + there + 50 + back);
    };
    ask(10'000, 9000, 100);
    EXPECT_EQ(offset.round_trip_ns(), 9100);
    EXPECT_LE(std::abs(offset.offset_ns() - ahead), 9100 / 2);
    ask(30'000, 200, 100);
    ask(50'000, 100, 9000);
    EXPECT_EQ(offset.round_trip_ns(), 300);
    EXPECT_LE(std::abs(offset.offset_ns() - ahead), 150);
}

TEST(ClockOffset, ClockThatWasSetMeanwhileCountsForNothing)
{
    ClockOffset offset;
    offset.add(1000, 500, 600, 900);   // back in time here
    offset.add(1000, 500, 9000, 1100); // the other side answered for longer than all took
    EXPECT_FALSE(offset.is_known());
}

TEST(ClockOffset, OldSamplesAreForgotten)
{
    ClockOffset offset;
    offset.add(0, 10, 10, 20);
    for (int64_t count = 1; count <= 16; ++count)
        offset.add(count * 1000, count * 1000 + 100, count * 1000 + 100, count * 1000 + 200);
    EXPECT_EQ(offset.round_trip_ns(), 200);
}

// Anything that a message may say, against any clock here: nothing overflows, and what is known is right.
TEST(ClockOffset, HoldsForClocksOfAnyYear)
{
    constexpr int64_t first = -(int64_t{1} << 60), last = 3 * (int64_t{1} << 60) - 1;
    for (const int64_t here : {first, int64_t{0}, int64_t{1} << 61, last - 100})
        for (const int64_t there : {first, int64_t{0}, int64_t{1} << 61, last})
        {
            ClockOffset offset;
            offset.add(here, there, there, here + 100);
            ASSERT_TRUE(offset.is_known());
            EXPECT_EQ(offset.round_trip_ns(), 100);
            EXPECT_LE(std::abs(offset.offset_ns() - (there - here)), 51);
        }
}
