#include "wait/wait_loop.hpp"

#include <algorithm>
#include <array>
#include <gtest/gtest.h>

namespace dao::wait
{
namespace
{

constexpr int64_t ms = 1'000'000;

// Of sleeps that begin each `period_ns`, the largest share that ends within the same millisecond after its beginning.
double most_alike(int64_t period_ns)
{
    constexpr int sleeps = 10'000;
    std::array<int, 101> ends{};
    for (int sleep = 0; sleep < sleeps; ++sleep)
    {
        const int64_t length_ns = longest_sleep_ns(1'795'761'000 * ms + sleep * period_ns);
        EXPECT_GT(length_ns, 50 * ms);
        EXPECT_LE(length_ns, 100 * ms);
        ++ends[static_cast<size_t>(length_ns / ms)];
    }
    return *std::max_element(ends.begin(), ends.end()) / double{sleeps};
}

TEST(WaitLoop, SleepsEndAtNoFixedTimeAfterTheyBegan)
{
    for (const int64_t period_ns : {int64_t{1}, int64_t{1'000}, ms, 10 * ms, 100 * ms, 1'000 * ms, 7'919 * ms})
        EXPECT_LT(most_alike(period_ns), 0.1) << period_ns;
}

}
}
