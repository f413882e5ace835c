// Keywords: set, get, list, remove; whole between processes, also when one is killed in the middle.
#include "image.hpp"
#include "role.hpp"
#include "segment_name.hpp"
#include "timing.hpp"

#include <filesystem>
#include <gtest/gtest.h>

namespace
{

using namespace test;

std::string text_of(const char *field, size_t bytes)
{
    return std::string(field, strnlen(field, bytes));
}

TEST(Keywords, EachKindComesBackAsItWasSet)
{
    for (const int shared : {1, 0})
    {
        SegmentName name;
        Image image;
        image.create(name.text(), {4}, _DATATYPE_FLOAT, 1, 3, shared);
        IMAGE_KEYWORD found;
        require(daoShmSetKeywordLong(image, "EXPTIME", INT64_MIN, "in us"), "long");
        require(daoShmSetKeywordDouble(image, "GAIN", 0.25, nullptr), "double");
        require(daoShmSetKeywordString(image, "FILTER", "K", "band"), "string");
        require(daoShmGetKeyword(image, "EXPTIME", &found), "get");
        EXPECT_EQ(found.type, 'L');
        EXPECT_EQ(found.value.numl, INT64_MIN);
        EXPECT_STREQ(found.comment, "in us");
        require(daoShmGetKeyword(image, "GAIN", &found), "get");
        EXPECT_EQ(found.type, 'D');
        EXPECT_EQ(found.value.numf, 0.25);
        EXPECT_STREQ(found.comment, "");
        require(daoShmGetKeyword(image, "FILTER", &found), "get");
        EXPECT_EQ(found.type, 'S');
        EXPECT_EQ(text_of(found.value.valstr, 16), "K");
        EXPECT_STREQ(found.name, "FILTER");
    }
}

TEST(Keywords, SettingAgainReplacesValueAndKindAndANullCommentKeepsTheOld)
{
    SegmentName name;
    Image image;
    image.create(name.text(), {4}, _DATATYPE_FLOAT, 1, 2);
    IMAGE_KEYWORD found;
    require(daoShmSetKeywordString(image, "K", "sixteen-bytes-ab", "first"), "set");
    require(daoShmSetKeywordLong(image, "K", 1, nullptr), "set");
    require(daoShmGetKeyword(image, "K", &found), "get");
    EXPECT_EQ(found.type, 'L');
    EXPECT_EQ(found.value.numl, 1);
    EXPECT_STREQ(found.comment, "first");
    require(daoShmSetKeywordLong(image, "K", 2, ""), "set");
    require(daoShmGetKeyword(image, "K", &found), "get");
    EXPECT_STREQ(found.comment, "");
    uint32_t count = 0;
    require(daoShmCountKeywords(image, &count), "count");
    EXPECT_EQ(count, 1u);
}

// As other programs free a place: by its type alone.
TEST(Keywords, ThatAreMarkedUnusedHaveNoName)
{
    SegmentName name;
    Image image;
    image.create(name.text(), {4}, _DATATYPE_FLOAT, 1, 2);
    require(daoShmSetKeywordLong(image, "A", 1, "old"), "set");
    image->kw[0].type = 'N';
    IMAGE_KEYWORD found;
    EXPECT_EQ(daoShmGetKeyword(image, "A", &found), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_NOT_FOUND);
    EXPECT_EQ(daoShmRemoveKeyword(image, "A"), DAO_ERROR);
    require(daoShmSetKeywordLong(image, "A", 2, nullptr), "set");
    require(daoShmGetKeyword(image, "A", &found), "get");
    EXPECT_EQ(found.value.numl, 2);
    EXPECT_STREQ(found.comment, "") << "not the old one's";
}

TEST(Keywords, NamesAndTextsMayUseAllSixteenBytes)
{
    SegmentName name;
    Image image, other;
    image.create(name.text(), {4}, _DATATYPE_FLOAT, 1, 2);
    other.open(name.text());
    const std::string long_name = "ABCDEFGHIJKLMNOP";
    const std::string comment(79, 'c');
    require(daoShmSetKeywordString(image, long_name.c_str(), "0123456789abcdef", comment.c_str()), "set");
    require(daoShmSetKeywordLong(image, "ABCDEFGHIJKLMNO", 5, nullptr), "set");
    IMAGE_KEYWORD found;
    require(daoShmGetKeyword(other, long_name.c_str(), &found), "get");
    EXPECT_EQ(text_of(found.name, 16), long_name);
    EXPECT_EQ(text_of(found.value.valstr, 16), "0123456789abcdef");
    EXPECT_EQ(std::string(found.comment), comment);
    require(daoShmGetKeyword(other, "ABCDEFGHIJKLMNO", &found), "get");
    EXPECT_EQ(found.value.numl, 5);
    EXPECT_EQ(daoShmGetKeyword(other, "ABCDEFGHIJKLMN", &found), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_NOT_FOUND);
}

TEST(Keywords, FullTableTakesNoMoreUntilOneIsRemoved)
{
    SegmentName name;
    Image image;
    image.create(name.text(), {4}, _DATATYPE_FLOAT, 1, 3);
    for (int64_t value = 0; value < 3; ++value)
        require(daoShmSetKeywordLong(image, ("K" + std::to_string(value)).c_str(), value, nullptr), "set");
    EXPECT_EQ(daoShmSetKeywordLong(image, "K3", 3, nullptr), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_KEYWORD);
    EXPECT_EQ(daoShmSetKeywordLong(image, "K1", 11, nullptr), DAO_SUCCESS);
    EXPECT_EQ(daoShmRemoveKeyword(image, "K1"), DAO_SUCCESS);
    IMAGE_KEYWORD found;
    EXPECT_EQ(daoShmGetKeyword(image, "K1", &found), DAO_ERROR);
    require(daoShmGetKeywordAt(image, 1, &found), "get at");
    EXPECT_STREQ(found.name, "K2");
    EXPECT_EQ(daoShmGetKeywordAt(image, 2, &found), DAO_ERROR);
    EXPECT_EQ(daoShmSetKeywordLong(image, "K3", 3, nullptr), DAO_SUCCESS);
    uint32_t count = 0;
    require(daoShmCountKeywords(image, &count), "count");
    EXPECT_EQ(count, 3u);
}

// A handle remembers where it was in the list; what is changed meanwhile makes it look again.
TEST(Keywords, AreFoundByTheirNumberAfterAnyChange)
{
    SegmentName name;
    Image image, other;
    image.create(name.text(), {4}, _DATATYPE_FLOAT, 1, 8);
    other.open(name.text());
    const auto list = [&] {
        std::string names;
        IMAGE_KEYWORD found;
        for (uint32_t index = 0; daoShmGetKeywordAt(image, index, &found) == DAO_SUCCESS; ++index)
            names += found.name;
        return names;
    };
    for (const char *one : {"A", "B", "C", "D"})
        require(daoShmSetKeywordLong(other, one, 1, nullptr), "set");
    EXPECT_EQ(list(), "ABCD");
    EXPECT_EQ(list(), "ABCD");
    IMAGE_KEYWORD found;
    require(daoShmGetKeywordAt(image, 2, &found), "get at");
    require(daoShmRemoveKeyword(other, "A"), "remove");
    require(daoShmGetKeywordAt(image, 2, &found), "get at");
    EXPECT_STREQ(found.name, "D");
    require(daoShmSetKeywordLong(other, "E", 1, nullptr), "set");
    EXPECT_EQ(list(), "EBCD");
    require(daoShmGetKeywordAt(image, 3, &found), "get at");
    require(daoShmGetKeywordAt(image, 1, &found), "get at");
    EXPECT_STREQ(found.name, "B");
    EXPECT_EQ(daoShmGetKeywordAt(image, 4, &found), DAO_ERROR);
    require(daoShmReopen(image), "reopen");
    EXPECT_EQ(list(), "EBCD");
}

TEST(Keywords, ThatStayAreListedOnceWhileOthersComeAndGo)
{
    SegmentName name;
    Image image, other;
    image.create(name.text(), {4}, _DATATYPE_FLOAT, 1, 8);
    other.open(name.text());
    for (const char *one : {"A", "B", "C", "D"})
        require(daoShmSetKeywordLong(other, one, 1, nullptr), "set");
    IMAGE_KEYWORD found;
    std::string names;
    for (uint32_t index = 0; daoShmGetKeywordAt(image, index, &found) == DAO_SUCCESS; ++index)
    {
        names += found.name;
        if (index % 2 == 0)
            require(daoShmRemoveKeyword(other, index == 0 ? "A" : "E"), "remove");
        else
            require(daoShmSetKeywordLong(other, "E", 1, nullptr), "set");
    }
    EXPECT_EQ(names, "ABCD");
}

TEST(Keywords, SegmentWithoutRoomHasNone)
{
    SegmentName name;
    Image image;
    image.create(name.text(), {4}, _DATATYPE_FLOAT);
    uint32_t count = 9;
    EXPECT_EQ(image->kw, nullptr);
    EXPECT_EQ(daoShmCountKeywords(image, &count), DAO_SUCCESS);
    EXPECT_EQ(count, 0u);
    EXPECT_EQ(daoShmSetKeywordLong(image, "K", 1, nullptr), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_KEYWORD);
}

TEST(Keywords, OfASegmentThatWasRemovedOrReplacedAreNobodys)
{
    for (const int fate : {DAO_REMOVED, DAO_REPLACED})
    {
        SegmentName name;
        Image image, other;
        image.create(name.text(), {4}, _DATATYPE_FLOAT, 1, 2);
        require(daoShmSetKeywordLong(image, "GAIN", 1, nullptr), "keyword");
        if (!name.delete_file())
            GTEST_SKIP() << "this system keeps a file that is in use";
        if (fate == DAO_REPLACED)
            other.create(name.text(), {5}, _DATATYPE_FLOAT, 1, 2);
        std::this_thread::sleep_for(milliseconds(210));
        IMAGE_KEYWORD keyword;
        uint32_t count = 0;
        for (int call = 0; call < 2; ++call)
        {
            EXPECT_EQ(daoShmSetKeywordLong(image, "GAIN", 2, nullptr), fate);
            EXPECT_EQ(daoShmSetKeywordDouble(image, "GAIN", 2, nullptr), fate);
            EXPECT_EQ(daoShmSetKeywordString(image, "GAIN", "2", nullptr), fate);
            EXPECT_EQ(daoShmSetKeywords(image, nullptr, 0, 0), fate);
            EXPECT_EQ(daoShmGetKeyword(image, "GAIN", &keyword), fate);
            EXPECT_EQ(daoShmGetKeywordAt(image, 0, &keyword), fate);
            EXPECT_EQ(daoShmCountKeywords(image, &count), fate);
            EXPECT_EQ(daoShmRemoveKeyword(image, "GAIN"), fate);
        }
        if (fate == DAO_REMOVED)
            other.create(name.text(), {4}, _DATATYPE_FLOAT, 1, 2);
        require(daoShmReopen(image), "re-open");
        EXPECT_EQ(daoShmSetKeywordLong(image, "GAIN", 2, nullptr), DAO_SUCCESS);
    }
}

TEST(Keywords, ReuseForgetsThem)
{
    SegmentName name;
    Image image, again;
    image.create(name.text(), {4}, _DATATYPE_FLOAT, 1, 2);
    require(daoShmSetKeywordLong(image, "OLD", 1, nullptr), "set");
    again.create(name.text(), {4}, _DATATYPE_FLOAT, 1, 2);
    IMAGE_KEYWORD found;
    EXPECT_EQ(daoShmGetKeyword(image, "OLD", &found), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_NOT_FOUND);
}

// A keyword whose value, text and comment say the same number.
void set_number(IMAGE *image, const char *name, uint64_t number)
{
    const std::string text = std::to_string(number % 100'000'000'000'000);
    std::string comment(60, static_cast<char>('a' + number % 26));
    comment.append(1, '.').append(text);
    require(daoShmSetKeywordString(image, name, text.c_str(), comment.c_str()), "set keyword");
}

bool is_one_number(const IMAGE_KEYWORD &keyword)
{
    const std::string text = text_of(keyword.value.valstr, 16);
    const std::string comment = keyword.comment;
    if (keyword.type != 'S' || comment.size() < 61 || comment.substr(61) != text)
        return false;
    const auto letter = static_cast<char>('a' + std::stoull(text) % 26);
    return comment.substr(0, 60) == std::string(60, letter);
}

int play_keyword_writer(const Arguments &arguments)
{
    Image image;
    image.open(arguments.at(0));
    const auto end = Clock::now() + milliseconds(std::stol(arguments.at(1)));
    uint64_t number = std::stoull(arguments.at(2));
    say("ready");
    while (Clock::now() < end)
        for (const char *name : {"A", "B"})
            set_number(image, name, number++);
    return 0;
}

const Role keyword_writer("keyword-writer", play_keyword_writer);

TEST(Keywords, AreWholeAlwaysWithSeveralWriterProcesses)
{
    SegmentName name;
    Image image;
    image.create(name.text(), {4}, _DATATYPE_FLOAT, 1, 4);
    set_number(image, "A", 0);
    set_number(image, "B", 0);
    const std::string time = std::to_string(stress_time().count());
    Child one("keyword-writer", {name.text(), time, "1"});
    Child two("keyword-writer", {name.text(), time, "1000000000"});
    ASSERT_EQ(one.line(), "ready");
    ASSERT_EQ(two.line(), "ready");
    uint64_t reads = 0;
    std::string last;
    uint64_t changes = 0;
    for (const auto end = Clock::now() + stress_time(); Clock::now() < end; ++reads)
    {
        IMAGE_KEYWORD found;
        ASSERT_EQ(daoShmGetKeyword(image, reads % 2 ? "A" : "B", &found), DAO_SUCCESS) << daoLastErrorMessage();
        ASSERT_TRUE(is_one_number(found)) << found.value.valstr << " with " << found.comment;
        changes += last != found.comment;
        last = found.comment;
    }
    EXPECT_EQ(one.wait(), 0);
    EXPECT_EQ(two.wait(), 0);
    EXPECT_GT(changes, 10u);
    uint32_t count = 0;
    require(daoShmCountKeywords(image, &count), "count");
    EXPECT_EQ(count, 2u);
}

TEST(Keywords, StayWholeWhenTheirWriterIsKilled)
{
    SegmentName name;
    Image image;
    image.create(name.text(), {4}, _DATATYPE_FLOAT, 1, 4);
    set_number(image, "A", 0);
    set_number(image, "B", 0);
    for (unsigned round = 0; round < (is_sanitized ? 10u : 40u); ++round)
    {
        Child writer("keyword-writer", {name.text(), "20000", std::to_string(round * 1'000'000)});
        ASSERT_EQ(writer.line(), "ready");
        std::this_thread::sleep_for(std::chrono::microseconds(200 + 137 * round));
        writer.kill();
        for (const char *keyword : {"A", "B"})
        {
            IMAGE_KEYWORD found;
            ASSERT_EQ(daoShmGetKeyword(image, keyword, &found), DAO_SUCCESS) << daoLastErrorMessage();
            ASSERT_TRUE(is_one_number(found)) << found.value.valstr << " with " << found.comment;
            set_number(image, keyword, round);
        }
    }
}

}
