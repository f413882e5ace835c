#include "text/spans.hpp"

#include <gtest/gtest.h>

namespace
{

using daoshm::span_ns;

TEST(Spans, OfAnyTwoTimesAreTheDifferenceOrTheNearestNumber)
{
    EXPECT_EQ(span_ns(3, 10), 7);
    EXPECT_EQ(span_ns(10, 3), -7);
    EXPECT_EQ(span_ns(-5, INT64_MAX - 5), INT64_MAX);
    EXPECT_EQ(span_ns(-6, INT64_MAX - 5), INT64_MAX);
    EXPECT_EQ(span_ns(INT64_MIN, 1'790'000'000'000'000'000), INT64_MAX);
    EXPECT_EQ(span_ns(1, INT64_MIN), INT64_MIN);
    EXPECT_EQ(span_ns(INT64_MAX, INT64_MIN), INT64_MIN);
    EXPECT_EQ(span_ns(INT64_MIN, INT64_MIN), 0);
    EXPECT_EQ(span_ns(0, INT64_MIN), INT64_MIN);
}

}
