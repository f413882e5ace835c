// Many keywords at once: all of them, in order, whole, and in a time that does not grow with the square of their number.
#include "image.hpp"
#include "role.hpp"
#include "segment_name.hpp"
#include "timing.hpp"

#include <cmath>
#include <cstring>
#include <ctime>
#include <gtest/gtest.h>

namespace
{

using namespace test;

struct Shown
{
    std::string name;
    int64_t value;
    std::string comment;
    bool operator==(const Shown &) const = default;
};

IMAGE_KEYWORD keyword_of(const Shown &shown)
{
    IMAGE_KEYWORD keyword;
    std::memset(static_cast<void *>(&keyword), 0x5a, sizeof keyword); // bytes that belong to nothing stay behind
    std::memset(keyword.name, 0, sizeof keyword.name);
    shown.name.copy(keyword.name, sizeof keyword.name);
    keyword.type = 'L';
    keyword.value.numl = shown.value;
    std::memset(keyword.comment, 0, sizeof keyword.comment);
    shown.comment.copy(keyword.comment, sizeof keyword.comment - 1);
    return keyword;
}

int_fast8_t set(IMAGE *image, const std::vector<Shown> &keywords, uint32_t flags = 0)
{
    std::vector<IMAGE_KEYWORD> list;
    for (const Shown &keyword : keywords)
        list.push_back(keyword_of(keyword));
    return daoShmSetKeywords(image, list.data(), static_cast<uint32_t>(list.size()), flags);
}

std::vector<Shown> all(IMAGE *image)
{
    std::vector<Shown> result;
    IMAGE_KEYWORD found;
    for (uint32_t index = 0; daoShmGetKeywordAt(image, index, &found) == DAO_SUCCESS; ++index)
        result.push_back(
            {std::string(found.name, strnlen(found.name, sizeof found.name)), found.value.numl, found.comment});
    return result;
}

class KeywordList : public testing::TestWithParam<int>
{
  protected:
    KeywordList() { image_.create(name_.text(), {3}, _DATATYPE_UINT8, 1, 4, GetParam()); } // not aligned after 3 bytes

    SegmentName name_;
    Image image_;
};

TEST_P(KeywordList, IsSetInItsOrder)
{
    ASSERT_EQ(set(image_, {{"Z", 1, "last letter"}, {"A", 2, ""}, {"M", 3, "middle"}}), DAO_SUCCESS);
    EXPECT_EQ(all(image_), (std::vector<Shown>{{"Z", 1, "last letter"}, {"A", 2, ""}, {"M", 3, "middle"}}));
    ASSERT_EQ(set(image_, {{"B", 4, ""}, {"A", 5, "changed"}}), DAO_SUCCESS);
    EXPECT_EQ(all(image_),
              (std::vector<Shown>{{"Z", 1, "last letter"}, {"A", 5, "changed"}, {"M", 3, "middle"}, {"B", 4, ""}}));
    EXPECT_EQ(daoShmSetKeywords(image_, nullptr, 0, 0), DAO_SUCCESS);
    EXPECT_EQ(all(image_).size(), 4u);
}

TEST_P(KeywordList, KeepsCommentsOnDemand)
{
    ASSERT_EQ(set(image_, {{"A", 1, "first"}, {"B", 1, "first"}}), DAO_SUCCESS);
    ASSERT_EQ(set(image_, {{"A", 2, ""}, {"B", 2, "second"}, {"C", 2, ""}}, DAO_KEYWORDS_KEEP_COMMENTS), DAO_SUCCESS);
    EXPECT_EQ(all(image_), (std::vector<Shown>{{"A", 2, "first"}, {"B", 2, "second"}, {"C", 2, ""}}));
    ASSERT_EQ(set(image_, {{"A", 3, ""}}), DAO_SUCCESS);
    EXPECT_EQ(all(image_).at(0), (Shown{"A", 3, ""}));
}

TEST_P(KeywordList, TakesThePlacesOfThoseThatAreNotInIt)
{
    ASSERT_EQ(set(image_, {{"A", 1, ""}, {"B", 1, ""}, {"C", 1, ""}, {"D", 1, ""}}), DAO_SUCCESS);
    ASSERT_EQ(set(image_, {{"E", 2, ""}, {"C", 2, ""}, {"F", 2, ""}, {"G", 2, ""}}, DAO_KEYWORDS_ONLY_THESE),
              DAO_SUCCESS);
    EXPECT_EQ(all(image_), (std::vector<Shown>{{"E", 2, ""}, {"F", 2, ""}, {"C", 2, ""}, {"G", 2, ""}}));
    ASSERT_EQ(daoShmSetKeywords(image_, nullptr, 0, DAO_KEYWORDS_ONLY_THESE), DAO_SUCCESS);
    EXPECT_TRUE(all(image_).empty());
}

// Another program may have written one name twice; then the first counts, as when it is read.
TEST_P(KeywordList, HasEachNameOnce)
{
    ASSERT_EQ(set(image_, {{"A", 1, ""}, {"B", 2, ""}, {"A", 3, "later"}}), DAO_SUCCESS);
    std::vector<Shown> found = all(image_);
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found, (std::vector<Shown>{{"B", 2, ""}, {"A", 3, "later"}}));
    const IMAGE_KEYWORD again = keyword_of({"B", 9, ""});
    std::memcpy(reinterpret_cast<char *>(image_->kw) + 2 * sizeof again, &again, sizeof again);
    ASSERT_EQ(set(image_, {{"B", 4, ""}}), DAO_SUCCESS);
    EXPECT_EQ(all(image_), (std::vector<Shown>{{"B", 4, ""}, {"A", 3, "later"}, {"B", 9, ""}}));
    ASSERT_EQ(set(image_, {{"B", 5, ""}}, DAO_KEYWORDS_ONLY_THESE), DAO_SUCCESS);
    EXPECT_EQ(all(image_), (std::vector<Shown>{{"B", 5, ""}}));
}

TEST_P(KeywordList, WithoutRoomForSomeSetsTheOthersAndNamesThem)
{
    ASSERT_EQ(set(image_, {{"A", 1, ""}, {"B", 1, ""}}), DAO_SUCCESS);
    ASSERT_EQ(set(image_, {{"C", 2, ""}, {"D", 2, ""}, {"E", 2, ""}, {"F", 2, ""}, {"B", 2, ""}}), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_KEYWORD);
    const std::string message = daoLastErrorMessage();
    for (const char *word : {"2 keywords", "E", "all 4"})
        EXPECT_NE(message.find(word), std::string::npos) << message;
    EXPECT_EQ(all(image_), (std::vector<Shown>{{"A", 1, ""}, {"B", 2, ""}, {"C", 2, ""}, {"D", 2, ""}}));
}

TEST_P(KeywordList, WithOneThatIsNoneSetsNothing)
{
    ASSERT_EQ(set(image_, {{"A", 1, ""}}), DAO_SUCCESS);
    const auto refuse = [&](const IMAGE_KEYWORD &bad, const char *word) {
        const IMAGE_KEYWORD list[] = {keyword_of({"A", 2, ""}), bad};
        EXPECT_EQ(daoShmSetKeywords(image_, list, 2, DAO_KEYWORDS_ONLY_THESE), DAO_ERROR);
        EXPECT_EQ(daoLastErrorCode(), DAO_E_KEYWORD);
        EXPECT_NE(std::string(daoLastErrorMessage()).find(word), std::string::npos) << daoLastErrorMessage();
        EXPECT_EQ(all(image_), (std::vector<Shown>{{"A", 1, ""}}));
    };
    refuse(keyword_of({"", 1, ""}), "no name");
    for (const char type : {'N', '\0', 'l', '\x80'})
    {
        IMAGE_KEYWORD bad = keyword_of({"BAD", 1, ""});
        bad.type = type;
        refuse(bad, "BAD");
    }
    IMAGE_KEYWORD endless = keyword_of({"BAD", 1, ""});
    std::memset(endless.comment, 'x', sizeof endless.comment);
    refuse(endless, "79");
    EXPECT_EQ(set(image_, {{"A", 2, ""}}, 4), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_ARGUMENT);
    EXPECT_EQ(daoShmSetKeywords(image_, nullptr, 1, 0), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_ARGUMENT);
}

TEST_P(KeywordList, StoresNoByteThatBelongsToNothingAndTouchesNoneThatIsAsItShouldBe)
{
    std::vector<IMAGE_KEYWORD> list = {keyword_of({"L", 1, "c"}), keyword_of({"D", 1, "c"}), keyword_of({"S", 1, "c"})};
    list[1].type = 'D';
    list[1].value.numf = std::nan("");
    list[2].type = 'S';
    std::memcpy(list[2].value.valstr, "text\0secret-rest", 16);
    ASSERT_EQ(daoShmSetKeywords(image_, list.data(), 3, 0), DAO_SUCCESS);
    const std::string bytes(reinterpret_cast<const char *>(image_->kw), 3 * sizeof(IMAGE_KEYWORD));
    EXPECT_EQ(bytes.find('\x5a'), std::string::npos);
    EXPECT_EQ(bytes.find("secret"), std::string::npos);
    IMAGE_KEYWORD found;
    require(daoShmGetKeyword(image_, "D", &found), "keyword");
    EXPECT_TRUE(std::isnan(found.value.numf));
    // The handle's place in the list stays good while nothing changes: the sequence did not move.
    require(daoShmGetKeywordAt(image_, 2, &found), "keyword");
    ASSERT_EQ(daoShmSetKeywords(image_, list.data(), 3, DAO_KEYWORDS_ONLY_THESE), DAO_SUCCESS);
    EXPECT_EQ(bytes, std::string(reinterpret_cast<const char *>(image_->kw), bytes.size()));
}

INSTANTIATE_TEST_SUITE_P(Segments, KeywordList, testing::Values(1, 0),
                         [](const auto &test) { return test.param == 1 ? "Shared" : "Private"; });

TEST(KeywordLists, OfTheMostThatThereMayBeTakeAMoment)
{
    constexpr uint32_t most = UINT16_MAX;
    SegmentName name;
    Image image;
    image.create(name.text(), {1}, _DATATYPE_UINT8, 1, most);
    std::vector<Shown> keywords;
    for (uint32_t number = 0; number < most; ++number)
        keywords.push_back({"K" + std::to_string(number), number, "one of many"});
    const std::clock_t begin = std::clock();
    ASSERT_EQ(set(image, keywords), DAO_SUCCESS);
    for (Shown &keyword : keywords)
        keyword.value += 1;
    ASSERT_EQ(set(image, keywords, DAO_KEYWORDS_ONLY_THESE), DAO_SUCCESS);
    for (Shown &keyword : keywords)
        keyword.name[0] = 'L';
    ASSERT_EQ(set(image, keywords, DAO_KEYWORDS_ONLY_THESE), DAO_SUCCESS);
    EXPECT_EQ(all(image), keywords);
    // Less than a second of a processor; one by one it would take minutes.
    EXPECT_LT(std::clock() - begin, 20 * std::clock_t{CLOCKS_PER_SEC});
}

std::string comment_of(int64_t number)
{
    return std::string(70, static_cast<char>('a' + number % 26));
}

// Says one number in all of its keywords, and the next.
int play_list_writer(const Arguments &arguments)
{
    Image image;
    image.open(arguments.at(0));
    say("ready");
    for (int64_t number = 1;; ++number)
    {
        const std::string comment = comment_of(number);
        require(set(image, {{"A", number, comment}, {"B", number, comment}, {"C", number, comment}}), "list");
    }
}

const Role list_writer("keyword-list-writer", play_list_writer);

TEST(KeywordLists, KilledWriterLeavesEachKeywordWholeAndTheLockFree)
{
    SegmentName name;
    Image image;
    image.create(name.text(), {4}, _DATATYPE_FLOAT, 1, 4);
    require(set(image, {{"A", 0, comment_of(0)}, {"B", 0, comment_of(0)}, {"C", 0, comment_of(0)}}), "list");
    for (unsigned round = 0; round < (is_sanitized ? 8u : 25u); ++round)
    {
        Child writer("keyword-list-writer", {name.text()});
        ASSERT_EQ(writer.line(), "ready");
        std::this_thread::sleep_for(std::chrono::microseconds(200 + 137 * round));
        writer.kill();
        for (const Shown &found : all(image))
            ASSERT_EQ(found.comment, comment_of(found.value)) << found.name;
        ASSERT_EQ(set(image, {{"D", round, comment_of(round)}}), DAO_SUCCESS) << daoLastErrorMessage();
        ASSERT_EQ(all(image).size(), 4u);
    }
}

}
