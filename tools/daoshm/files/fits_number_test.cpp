#include "files/fits_number.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace daoshm
{

namespace
{

void expect_integer(const char *text, int64_t wanted)
{
    const auto found = fits_number(text);
    ASSERT_TRUE(found && std::holds_alternative<int64_t>(*found)) << text;
    EXPECT_EQ(std::get<int64_t>(*found), wanted) << text;
}

void expect_double(const char *text, double wanted)
{
    const auto found = fits_number(text);
    ASSERT_TRUE(found && std::holds_alternative<double>(*found)) << text;
    EXPECT_EQ(std::get<double>(*found), wanted) << text;
}

}

TEST(FitsNumber, IntegersOf64BitsAreExact)
{
    expect_integer("0", 0);
    expect_integer("+17", 17);
    expect_integer("-0042", -42);
    expect_integer("  7  ", 7);
    expect_integer("9223372036854775807", INT64_MAX);
    expect_integer("-9223372036854775808", INT64_MIN);
}

TEST(FitsNumber, GreaterIntegersAreDoubles)
{
    expect_double("9223372036854775808", 0x1p63);
    expect_double("55700500000000071282", 55700500000000071282.0);
    expect_double("-99999999999999999999", -1e20);
}

TEST(FitsNumber, RealNumbersHaveEitherExponent)
{
    expect_double("1.5D-3", 0.0015);
    expect_double("1.5d+03", 1500);
    expect_double("1.5E3", 1500);
    expect_double("-2.5e-1", -0.25);
    expect_double("5.", 5);
    expect_double(".5", 0.5);
    expect_double("+.5E0", 0.5);
    expect_double("1D5", 1e5);
}

TEST(FitsNumber, NotANumberIsOne)
{
    for (const char *text : {"NAN", "NaN", "nan", "-nan"})
    {
        const auto found = fits_number(text);
        ASSERT_TRUE(found && std::holds_alternative<double>(*found)) << text;
        EXPECT_TRUE(std::isnan(std::get<double>(*found))) << text;
    }
}

TEST(FitsNumber, OtherTextsAndWhatNoDoubleHoldsAreNone)
{
    for (const char *text : {"", " ", "+", "-", "T", "1.5X", "1e400", "-1D400", "0x10", "1 2", "+-3", "1,5", "(1, 2)"})
        EXPECT_FALSE(fits_number(text)) << text;
}

}
