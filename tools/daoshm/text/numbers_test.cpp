#include "text/numbers.hpp"

#include <gtest/gtest.h>

namespace daoshm
{

namespace
{

constexpr int64_t second_ns = 1'000'000'000;

}

TEST(Numbers, AgesHaveTheUnitThatPeopleUse)
{
    EXPECT_EQ(age_text(0), "< 1 ms");
    EXPECT_EQ(age_text(-second_ns / 2), "< 1 ms") << "clocks differ by that";
    EXPECT_EQ(age_text(second_ns / 4), "250 ms");
    EXPECT_EQ(age_text(90 * second_ns), "1 min");
    EXPECT_EQ(age_text(47 * 3600 * second_ns + 59 * 60 * second_ns), "47 h 59 min");
    EXPECT_EQ(age_text(72 * 3600 * second_ns), "3 d");
}

TEST(Numbers, WhatIsRoundedUpHasTheNextUnit)
{
    EXPECT_EQ(bytes_text(1023.7), "1.0 KiB");
    EXPECT_EQ(bytes_text(1023.4), "1023 B");
    EXPECT_EQ(bytes_text(1048570), "1.0 MiB");
    EXPECT_EQ(rate_text(9999.96), "10.00 kHz");
    EXPECT_EQ(rate_text(9999.9), "9999.9 Hz");
    EXPECT_EQ(rate_text(999'996), "1.00 MHz");
    EXPECT_EQ(duration_text(999.6), "1.0 µs");
    EXPECT_EQ(duration_text(-999'960), "-1.00 ms");
    EXPECT_EQ(duration_text(999'996'000), "1.00 s");
    EXPECT_EQ(age_text(999'700'000), "1.0 s");
    EXPECT_EQ(age_text(59'970'000'000), "1 min");
}

TEST(Numbers, OneThingIsNotMany)
{
    EXPECT_EQ(count_text(0, "frame"), "0 frames");
    EXPECT_EQ(count_text(1, "more gap"), "1 more gap");
    EXPECT_EQ(count_text(2, "peer"), "2 peers");
}

TEST(Numbers, TimesAreRightToTheEndsOfWhat64BitsHold)
{
    EXPECT_EQ(fits_time_text(0), "1970-01-01T00:00:00.000000000");
    EXPECT_EQ(fits_time_text(-1), "1969-12-31T23:59:59.999999999");
    EXPECT_EQ(fits_time_text(INT64_MIN), "1677-09-21T00:12:43.145224192");
    EXPECT_EQ(fits_time_text(INT64_MAX), "2262-04-11T23:47:16.854775807");
}

TEST(Numbers, AnAgeInTheFutureIsNegative)
{
    EXPECT_EQ(age_text(-2 * second_ns), "-2.0 s");
    EXPECT_EQ(age_text(-3601 * second_ns), "-1 h 0 min");
    EXPECT_EQ(age_text(INT64_MIN), "-106751 d");
}

TEST(Numbers, LongDurationsAreInMinutesAndHours)
{
    EXPECT_EQ(duration_text(599.99e9), "599.99 s");
    EXPECT_EQ(duration_text(725e9), "12 min 5 s");
    EXPECT_EQ(duration_text(-725e9), "-12 min 5 s");
    EXPECT_EQ(duration_text(5 * 3600e9 + 1), "5 h 0 min");
}

}
