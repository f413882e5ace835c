#include "terminal/style.hpp"

#include <gtest/gtest.h>

namespace daoshm
{

namespace
{

class TextWidth : public testing::Test
{
  protected:
    static void SetUpTestSuite() { start_terminal(); } // characters are those of UTF-8
};

constexpr const char *star = "星";            // two columns
constexpr const char *accented = "e\xCC\x81"; // an accent of its own

}

TEST_F(TextWidth, WidthIsInColumnsOfTheTerminal)
{
    EXPECT_EQ(display_width(""), 0U);
    EXPECT_EQ(display_width("wfs.µm"), 6U);
    EXPECT_EQ(display_width(star), 2U);
    EXPECT_EQ(display_width("ﾊﾛ"), 2U) << "of half width";
    EXPECT_EQ(display_width("\xF0\x9F\x94\xAD"), 2U) << "a picture";
    EXPECT_EQ(display_width(accented), 1U);
    EXPECT_EQ(display_width("\xFF\xC3"), 2U) << "bytes that are no text";
}

TEST_F(TextWidth, TextIsNeverWiderThanItsRoom)
{
    const std::string text = std::string("a") + star + accented + star + "z";
    for (size_t width = 1; width < 12; ++width)
    {
        EXPECT_LE(display_width(keep_end(text, width)), width);
        EXPECT_LE(display_width(keep_start(text, width)), width);
    }
    EXPECT_EQ(keep_end(text, 7), text);
    EXPECT_EQ(keep_start(text, 7), text);
}

TEST_F(TextWidth, NoCharacterIsCutInTwo)
{
    const std::string stars = std::string(star) + star + star;
    EXPECT_EQ(keep_start(stars, 5), std::string(star) + star);
    EXPECT_EQ(keep_end(stars, 5), std::string("…") + star + star);
    EXPECT_EQ(keep_end(stars, 4), std::string("…") + star);
    EXPECT_EQ(keep_end(std::string("ab") + accented + "cd", 3), "…cd") << "no accent without its letter";
}

}
