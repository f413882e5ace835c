#include "terminal/fitting.hpp"

#include <gtest/gtest.h>

#include "terminal/style.hpp"
#include "terminal/table.hpp"

namespace daoshm
{

namespace
{

class Fitting : public testing::Test
{
  protected:
    static void SetUpTestSuite() { start_terminal(); } // characters are those of UTF-8

    static void expect_lines_within(const std::string &text, size_t columns)
    {
        for (size_t at = 0; at < text.size();)
        {
            const size_t end = text.find('\n', at);
            ASSERT_NE(end, std::string::npos) << text;
            EXPECT_LE(display_width(text.substr(at, end - at)), columns) << text;
            at = end + 1;
        }
    }
};

Table table_of(const std::string &name)
{
    Table table({{"NAME", Align::left, 100, Cut::start},
                 {"COUNT", Align::right, 10},
                 {"STATE", Align::left, 80},
                 {"WHY", Align::left, 50, Cut::end}});
    table.add({{name}, {"12345"}, {"running"}, {"because somebody started it some time ago"}});
    return table;
}

}

TEST_F(Fitting, TheLeastImportantPartsAreLeftOut)
{
    const std::vector<LinePart> parts{{"name", 3}, {"of little use", 1}, {"", 9}, {"of use", 2}};
    EXPECT_EQ(fitted(parts, "  ", any_columns), "name  of little use  of use");
    EXPECT_EQ(fitted(parts, "  ", 27), "name  of little use  of use");
    EXPECT_EQ(fitted(parts, "  ", 26), "name  of use");
    EXPECT_EQ(fitted(parts, "  ", 11), "name");
    EXPECT_EQ(fitted(parts, "  ", 3), "na…");
}

TEST_F(Fitting, TextIsBrokenBetweenWords)
{
    EXPECT_EQ(wrapped("one two three", any_columns), "one two three\n");
    EXPECT_EQ(wrapped("one two three", 13), "one two three\n");
    EXPECT_EQ(wrapped("one two three", 12), "one two\nthree\n");
    EXPECT_EQ(wrapped("one two three", 7, 2), "one two\n  three\n");
    EXPECT_EQ(wrapped("one twothree", 5), "one\ntwoth\nree\n") << "a word that is longer than a line";
    EXPECT_EQ(wrapped("ééééé", 2), "éé\néé\né\n");
    EXPECT_EQ(wrapped("星星", 1), "星\n星\n") << "wider than a line";
    EXPECT_EQ(wrapped("", 5), "\n");
}

TEST_F(Fitting, ATableLeavesOutWhatIsLeastImportantAndCutsNamesAtTheirStart)
{
    const Table table = table_of("/tmp/a/long/folder/and/then/the/name");
    EXPECT_NE(table.text(any_columns).find("time ago"), std::string::npos);
    for (size_t columns = 1; columns < 120; ++columns)
        expect_lines_within(table.text(columns), columns);
    EXPECT_EQ(table.text(40), "NAME                             STATE\n"
                              "…/long/folder/and/then/the/name  running\n");
    EXPECT_EQ(table.text(10), "NAME\n…/the/name\n");
}

TEST_F(Fitting, LongDetailsAreBroken)
{
    Details details;
    details.add("shape", "128x128  (slow axis first, 16384 elements, 32 KiB per frame)");
    details.add("a longer label", "-");
    for (size_t columns = 1; columns < 120; ++columns)
        expect_lines_within(details.text(columns), columns);
    EXPECT_EQ(details.text(40), "shape           128x128  (slow axis\n"
                                "                first, 16384 elements,\n"
                                "                32 KiB per frame)\n"
                                "a longer label  -\n");
}

}
