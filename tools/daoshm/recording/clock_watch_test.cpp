#include "recording/clock_watch.hpp"

#include <gtest/gtest.h>

namespace daoshm
{

namespace
{

constexpr int64_t ms = 1'000'000;
constexpr int64_t second = 1000 * ms;
constexpr int64_t begin_ns = 1'700'000'000 * second;

}

TEST(ClockWatch, FramesThatAreReadLateAreNoSteps)
{
    ClockWatch watch;
    for (int64_t i = 0; i < 1000; ++i)
    {
        const int64_t published = i * ms;
        const int64_t read = published < 5000 * ms && i > 200 && i < 700 ? 700 * ms : published; // a stall
        EXPECT_EQ(watch.step_ns(begin_ns + published, std::max(read, published)), 0) << i;
    }
}

TEST(ClockWatch, APauseOfTheWriterIsNoStep)
{
    ClockWatch watch;
    EXPECT_EQ(watch.step_ns(begin_ns, 0), 0);
    EXPECT_EQ(watch.step_ns(begin_ns + 3600 * second, 3600 * second), 0);
    EXPECT_EQ(watch.step_ns(begin_ns + 3600 * second + ms, 3600 * second + ms), 0);
}

TEST(ClockWatch, TellsStepsOfEitherDirection)
{
    ClockWatch watch;
    EXPECT_EQ(watch.step_ns(begin_ns, 0), 0);
    EXPECT_NEAR(static_cast<double>(watch.step_ns(begin_ns + ms - 3600 * second, ms)), -3600e9, 1000);
    EXPECT_EQ(watch.step_ns(begin_ns + 2 * ms - 3600 * second, 2 * ms), 0);
    EXPECT_NEAR(static_cast<double>(watch.step_ns(begin_ns + 3 * ms, 3 * ms)), 3600e9, 1000);
    EXPECT_EQ(watch.step_ns(begin_ns + 4 * ms, 4 * ms), 0);
}

TEST(ClockWatch, TimesAtTheEndsOf64BitsAreSteps)
{
    ClockWatch watch;
    EXPECT_EQ(watch.step_ns(INT64_MIN, 0), 0);
    EXPECT_GT(watch.step_ns(INT64_MAX, ms), 0);
    EXPECT_LT(watch.step_ns(INT64_MIN, 2 * ms), 0);
}

}
