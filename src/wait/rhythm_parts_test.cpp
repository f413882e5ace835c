// What a rhythm is learnt with: contention, and the values of late.
#include "wait/rhythm_simulation.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace dao::wait
{
namespace
{

using namespace simulation;

constexpr int64_t us = 1'000;
constexpr int64_t ms = 1'000'000;

void see_frames(Contention &contention, int frames)
{
    for (int frame = 0; frame < frames; ++frame)
        contention.saw_frame();
}

TEST(Contention, IsTwoAccidentsWithinAThousandFrames)
{
    Contention contention;
    for (int accident = 0; accident < 5; ++accident)
    {
        contention.spun(ms);
        EXPECT_FALSE(contention.is_resting()) << accident;
        see_frames(contention, 1'024);
    }
    contention.spun(ms);
    see_frames(contention, 1'000);
    contention.spun(ms);
    EXPECT_TRUE(contention.is_resting());
}

TEST(Contention, IsNotASleepThatEndsLateOnceInAWhile)
{
    Contention contention;
    for (int sleep = 0; sleep < 10'000; ++sleep)
        contention.slept(sleep % 20 == 0 ? 5 * ms : 50 * us);
    EXPECT_FALSE(contention.is_resting());
    for (int sleep = 0; sleep < 50; ++sleep)
        contention.slept(sleep % 10 == 0 ? 5 * ms : 50 * us);
    EXPECT_TRUE(contention.is_resting());
}

TEST(Contention, IsRestedFromForLongerWhenItComesBack)
{
    Contention contention;
    contention.spun(ms);
    for (const int rest : {1'024, 2'048, 4'096, 8'192, 16'384, 16'384})
    {
        see_frames(contention, 10);
        contention.spun(ms);
        see_frames(contention, rest - 1);
        EXPECT_TRUE(contention.is_resting()) << rest;
        see_frames(contention, 1);
        EXPECT_FALSE(contention.is_resting()) << rest;
    }
    see_frames(contention, 1'024);
    contention.spun(ms);
    EXPECT_FALSE(contention.is_resting());
    contention.spun(ms);
    see_frames(contention, 1'024);
    EXPECT_FALSE(contention.is_resting()) << "the rests are short again";
}

TEST(RecentValues, ForgetTheOldestAndKnowTheirQuantiles)
{
    RecentValues<5> values;
    for (const int32_t value : {9, 1, 8, -3, 5, 7, 5})
        values.add(value);
    EXPECT_EQ(values.count(), 5u); // 8, -3, 5, 7, 5
    EXPECT_EQ(values.quantile(0), -3);
    EXPECT_EQ(values.quantile(50), 5);
    EXPECT_EQ(values.quantile(75), 7);
    EXPECT_EQ(values.quantile(100), 8);
    const auto mean = values.mean_between(5, 8);
    EXPECT_EQ(mean.count, 4u);
    EXPECT_EQ(mean.value, 6);
    EXPECT_EQ(values.mean_between(100, 200).count, 0u);
}

TEST(RecentValues, AgreeWithSortingAnew)
{
    Random random(3);
    RecentValues<24> values;
    std::vector<int32_t> all;
    for (int added = 0; added < 1'000; ++added)
    {
        all.push_back(static_cast<int32_t>(draw(random, -20, 20)));
        values.add(all.back());
        std::vector<int32_t> sorted(all.end() - std::min<std::ptrdiff_t>(24, std::ssize(all)), all.end());
        std::sort(sorted.begin(), sorted.end());
        for (const uint32_t percent : {0u, 10u, 50u, 97u, 100u})
            ASSERT_EQ(values.quantile(percent), sorted[((sorted.size() - 1) * percent + 50) / 100]);
    }
}

}
}
