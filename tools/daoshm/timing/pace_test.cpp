#include "timing/pace.hpp"

#include <gtest/gtest.h>

#include "platform/platform.hpp"

namespace daoshm
{

TEST(Pace, MakesUpForALittleAndForNoMoreThanASecond)
{
    constexpr int64_t second_ns = 1'000'000'000;
    EXPECT_EQ(pause_ns(steady_ns() + second_ns), 0) << "it is not due yet";
    EXPECT_GE(pause_ns(steady_ns() - 5 * second_ns), 5 * second_ns);
    EXPECT_GE(pause_ns(0), second_ns) << "since the machine was started";
}

}
