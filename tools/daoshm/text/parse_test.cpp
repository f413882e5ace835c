#include "text/parse.hpp"

#include <cmath>
#include <cstdint>

#include <gtest/gtest.h>

namespace daoshm
{

TEST(Parse, IntegersAreDecimalAndWhole)
{
    EXPECT_EQ(parse_signed("+3"), 3);
    EXPECT_EQ(parse_signed("-007"), -7);
    EXPECT_EQ(parse_signed("-9223372036854775808"), INT64_MIN);
    EXPECT_EQ(parse_unsigned("18446744073709551615"), UINT64_MAX);
    EXPECT_EQ(parse_unsigned("010"), 10U);
    for (const char *text : {"", "+", "-", " 1", "1 ", "1.0", "0x1", "1e3", "+-1", "9223372036854775808"})
        EXPECT_FALSE(parse_signed(text)) << text;
    for (const char *text : {"-1", "18446744073709551616", "1.5", ""})
        EXPECT_FALSE(parse_unsigned(text)) << text;
}

TEST(Parse, RealsAreDecimalAndWhole)
{
    EXPECT_EQ(parse_real("-1.5"), -1.5);
    EXPECT_EQ(parse_real("+.5e1"), 5.0);
    EXPECT_EQ(parse_real("0e-999"), 0.0);
    EXPECT_EQ(parse_real("-INF"), -HUGE_VAL);
    EXPECT_TRUE(std::isnan(*parse_real("NaN")));
    for (const char *text : {"", ".", "e", "1e", " 1", "1 ", "0x10", "1e400", "-1e400", "1e-400", "nano", "1,5", "+-1"})
        EXPECT_FALSE(parse_real(text)) << text;
}

TEST(Parse, TellsANumberThatIsTooLargeFromText)
{
    EXPECT_TRUE(is_number_text("1e400"));
    EXPECT_FALSE(is_number_text("0x10"));
    EXPECT_TRUE(is_integer_text("99999999999999999999"));
    EXPECT_FALSE(is_integer_text("1e3"));
}

TEST(Parse, ComparesIntegersDigitByDigit)
{
    EXPECT_TRUE(is_exact_integer("9007199254740992", 0x1p53));
    EXPECT_FALSE(is_exact_integer("9007199254740993", 0x1p53));
    EXPECT_TRUE(is_exact_integer("+0007", 7));
    EXPECT_TRUE(is_exact_integer("-0", -0.0));
    EXPECT_TRUE(is_exact_integer("-12", -12));
}

}
