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
    offset.add(1000, 500, 100, 900);   // and there
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

TEST(ClockOffset, ClockThatIsSetIsFollowedByTheNextSample)
{
    ClockOffset offset;
    const auto ask = [&](int64_t now, int64_t ahead, int64_t way) {
        offset.add(now, now + ahead + way, now + ahead + way, now + 2 * way);
    };
    for (int64_t now = 0; now < 8000; now += 1000)
        ask(now, 0, 10);
    ask(8000, -5'000'000, 1000); // and the link is slower
    EXPECT_LE(std::abs(offset.offset_ns() + 5'000'000), 1000);
    ask(9000, -5'000'000, 20);
    EXPECT_EQ(offset.offset_ns(), -5'000'000);
    EXPECT_EQ(offset.round_trip_ns(), 40);
    ask(10'000, -5'000'000, 3000);
    EXPECT_EQ(offset.round_trip_ns(), 40) << "one that takes longer says nothing else";
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
            for (const int64_t set : {first, last})
            {
                offset.add(here, set, set, here + 100);
                EXPECT_LE(std::abs(offset.offset_ns() - (set - here)), 51);
            }
        }
}
