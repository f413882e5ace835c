#include "subscriber/patience.hpp"

#include <gtest/gtest.h>

using namespace dao::net;

TEST(Patience, IsTenTimesWhatAFrameTakesAndFiveSecondsAtLeast)
{
    Patience patience;
    patience.learn(second_ns);
    EXPECT_EQ(patience.ns(), 10 * second_ns);
    patience.learn(millisecond_ns);
    EXPECT_EQ(patience.ns(), 5 * second_ns);
    patience.learn(-second_ns); // the clocks are not known well
    EXPECT_EQ(patience.ns(), 5 * second_ns);
}

// As 64 MB by a link of 10 Mbit/s, or 1 GiB by one of 100.
TEST(Patience, OutlastsAFrameOfMinutes)
{
    constexpr int64_t transfer_ns = 90 * second_ns;
    Patience patience;
    while (patience.ns() < transfer_ns)
    {
        const int64_t before_ns = patience.ns();
        patience.lengthen();
        ASSERT_GT(patience.ns(), before_ns);
    }
    patience.learn(transfer_ns);
    EXPECT_GT(patience.ns(), transfer_ns);
}

TEST(Patience, HasAnEndWhateverTheClocksSay)
{
    Patience patience;
    patience.learn(INT64_MAX);
    EXPECT_LE(patience.ns(), 3600 * second_ns);
    patience.lengthen();
    EXPECT_LE(patience.ns(), 3600 * second_ns);
}
