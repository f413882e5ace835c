#include "files/replay_times.hpp"

#include <gtest/gtest.h>

namespace daoshm
{

namespace
{

constexpr int64_t ms = 1'000'000;
constexpr int64_t second = 1000 * ms;
constexpr int64_t begin_ns = 1'700'000'000 * second;

std::vector<FrameRecord> recorded(const std::vector<int64_t> &times_ns, uint64_t missed_before_last = 0)
{
    std::vector<FrameRecord> records;
    for (const int64_t time_ns : times_ns)
        records.push_back({0, 0, time_ns, 0, 0});
    if (!records.empty())
        records.back().missed = missed_before_last;
    return records;
}

std::vector<int64_t> due(const ReplayTimes &times, uint64_t count)
{
    std::vector<int64_t> result;
    for (uint64_t i = 0; i <= count; ++i)
        result.push_back(times.due_ns(i));
    return result;
}

}

TEST(ReplayTimes, AreTheRecordedOnes)
{
    const ReplayTimes times(recorded({begin_ns, begin_ns + 2 * ms, begin_ns + 3 * ms, begin_ns + 5 * ms}));
    EXPECT_EQ(due(times, 4), (std::vector<int64_t>{0, 2 * ms, 3 * ms, 5 * ms, 7 * ms}));
    EXPECT_TRUE(times.steps().empty());
}

TEST(ReplayTimes, AStepIsOneUsualPeriod)
{
    for (const int64_t step : {-3600 * second, 3600 * second})
    {
        const ReplayTimes times(recorded(
            {begin_ns, begin_ns + 2 * ms, begin_ns + 4 * ms, begin_ns + 6 * ms + step, begin_ns + 8 * ms + step}));
        EXPECT_EQ(due(times, 5), (std::vector<int64_t>{0, 2 * ms, 4 * ms, 6 * ms, 8 * ms, 10 * ms}));
        EXPECT_EQ(times.steps(), std::vector<uint64_t>{3});
    }
}

TEST(ReplayTimes, APauseThatMissingFramesExplainIsKept)
{
    const ReplayTimes times(recorded({begin_ns, begin_ns + ms, begin_ns + 2 * ms, begin_ns + 60 * second}, 59'997));
    EXPECT_EQ(times.due_ns(3), 60 * second);
    EXPECT_TRUE(times.steps().empty());
    const ReplayTimes stepping(recorded({begin_ns, begin_ns + ms, begin_ns + 2 * ms, begin_ns + 3600 * second}, 10));
    EXPECT_EQ(stepping.steps(), std::vector<uint64_t>{3});
}

TEST(ReplayTimes, SlowSourcesAreSlow)
{
    const ReplayTimes times(
        recorded({begin_ns, begin_ns + 60 * second, begin_ns + 121 * second, begin_ns + 180 * second}));
    EXPECT_EQ(times.due_ns(3), 180 * second);
    EXPECT_TRUE(times.steps().empty());
}

TEST(ReplayTimes, FramesWithoutTimesComeEveryMillisecond)
{
    EXPECT_EQ(due(ReplayTimes(recorded({0, 0, 0})), 3), (std::vector<int64_t>{0, ms, 2 * ms, 3 * ms}));
    EXPECT_EQ(due(ReplayTimes(recorded({begin_ns, begin_ns, begin_ns})), 3),
              (std::vector<int64_t>{0, ms, 2 * ms, 3 * ms}));
    EXPECT_EQ(due(ReplayTimes(recorded({begin_ns})), 1), (std::vector<int64_t>{0, ms}));
}

TEST(ReplayTimes, OfPairsWithOneTimeKeepTheirPace)
{
    const ReplayTimes times(recorded({begin_ns, begin_ns, begin_ns + ms, begin_ns + ms, begin_ns + 2 * ms}));
    EXPECT_EQ(times.due_ns(4), 2 * ms);
}

TEST(ReplayTimes, TimesAtTheEndsOf64BitsAreSteps)
{
    const ReplayTimes times(recorded({begin_ns, begin_ns + ms, INT64_MAX, INT64_MIN, INT64_MAX, begin_ns}));
    EXPECT_LT(times.due_ns(6), second);
    EXPECT_EQ(times.steps().size(), 4U);
}

}
