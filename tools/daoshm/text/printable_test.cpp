#include "text/printable.hpp"

#include <gtest/gtest.h>

namespace daoshm
{

TEST(Printable, LeavesTextAsItIs)
{
    for (const char *text : {"", "wfs.im.shm", "Größe µm", "星", "\xF0\x9F\x94\xAD", "back\\slash", "a b"})
        EXPECT_EQ(printable(text), text);
}

TEST(Printable, EscapesWhatATerminalObeys)
{
    EXPECT_EQ(printable("\x1b[31m"), "\\x1b[31m");
    EXPECT_EQ(printable("a\nb\tc\rd"), "a\\nb\\tc\\rd");
    EXPECT_EQ(printable(std::string_view("\0\x01\x7f", 3)), "\\x00\\x01\\x7f");
    EXPECT_EQ(printable("\xC2\x9B"), "\\u009b") << "the 8-bit form of escape and bracket";
    EXPECT_EQ(printable("\xE2\x80\xAE"), "\\u202e") << "turns the direction of what follows";
    EXPECT_EQ(printable("\xF3\xA0\x81\x81"), "\\U000e0041") << "cannot be seen";
}

TEST(Printable, EscapesBytesThatAreNotUtf8)
{
    EXPECT_EQ(printable("\xFF"), "\\xff");
    EXPECT_EQ(printable("a\xC3"), "a\\xc3") << "cut";
    EXPECT_EQ(printable("\xC0\x9B"), "\\xc0\\x9b") << "longer than necessary";
    EXPECT_EQ(printable("\xED\xA0\x80"), "\\xed\\xa0\\x80") << "half of a pair";
    EXPECT_EQ(printable("\xF4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "beyond the last character";
    EXPECT_EQ(printable("\x9B"), "\\x9b");
    EXPECT_EQ(printable("\xE2\x82z"), "\\xe2\\x82z");
}

TEST(Printable, KeepsWhatItIsTold)
{
    EXPECT_EQ(printable("a\nb\x1b", "\n"), "a\nb\\x1b");
}

}
