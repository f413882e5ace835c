#include "commands/bench_advice.hpp"

#include <gtest/gtest.h>

namespace daoshm
{

namespace
{

BenchMedians waits(double spin, double blocked, double adaptive)
{
    BenchMedians medians;
    medians.spin = spin;
    medians.blocked = blocked;
    medians.adaptive = adaptive;
    return medians;
}

bool says(const std::string &advice, const char *words)
{
    return advice.find(words) != std::string::npos;
}

}

TEST(BenchAdvice, RecommendsAdaptiveOnlyWhereItIsFaster)
{
    const BenchMedians good = waits(200, 50'000, 2'000);
    EXPECT_TRUE(says(adaptive_advice(good), "25 times faster than blocked"));
    EXPECT_TRUE(says(blocked_advice(good), "adaptive wait avoids most"));
    const BenchMedians bad = waits(200, 10'000, 300'000);
    EXPECT_TRUE(says(adaptive_advice(bad), "30 times slower than blocked"));
    EXPECT_TRUE(says(blocked_advice(bad), "only spinning"));
    EXPECT_FALSE(says(blocked_advice(bad), "adaptive"));
    const BenchMedians alike = waits(9'500, 10'000, 10'500);
    EXPECT_EQ(adaptive_advice(alike), "no faster than blocked here");
    EXPECT_TRUE(says(blocked_advice(alike), "best choice"));
}

TEST(BenchAdvice, RecommendsSpinningOnlyWhereItIsFaster)
{
    EXPECT_TRUE(says(spin_advice(waits(100, 5'000, 5'000)), "50 times faster"));
    EXPECT_TRUE(says(spin_advice(waits(4'000'000, 5'000, 5'000)), "no faster than blocked"));
}

TEST(BenchAdvice, ComparesPublishingWithCopying)
{
    BenchMedians medians;
    medians.copy = 100'000;
    medians.publish = 110'000;
    EXPECT_TRUE(says(publish_advice(medians), "as fast as memcpy"));
    medians.publish = 300'000;
    EXPECT_TRUE(says(publish_advice(medians), "3 times slower than memcpy"));
}

TEST(BenchAdvice, IsSilentOfWhatWasNotMeasured)
{
    const BenchMedians nothing;
    EXPECT_EQ(publish_advice(nothing) + spin_advice(nothing) + blocked_advice(nothing) + adaptive_advice(nothing), "");
    BenchMedians blocked;
    blocked.blocked = 5'000;
    EXPECT_EQ(spin_advice(blocked) + adaptive_advice(blocked), "");
    EXPECT_FALSE(says(blocked_advice(blocked), "spin"));
}

}
