// Messages that are well-formed JSON and wrong in their structure: members missing, twice, of other types, at and past every
// bound. They are bad, or what is read keeps every promise of docs/wire.md.
#include "wire/credit.hpp"
#include "wire/keywords.hpp"
#include "wire/random_inputs.hpp"

#include "dao.h"

#include <cstring>
#include <gtest/gtest.h>
#include <random>

using namespace dao::net::wire;

namespace
{

using Random = std::mt19937_64;

size_t pick(Random &random, size_t count)
{
    return static_cast<size_t>(random() % count);
}

Json some_value(Random &random)
{
    constexpr uint64_t bounds[] = {0,          1,          2,          3,          8,          255,        256,
                                   4294967295, 4294967296, 1ull << 61, 1ull << 62, 1ull << 63, UINT64_MAX, 65536};
    switch (pick(random, 14))
    {
    case 0:
        return nullptr;
    case 1:
        return pick(random, 2) == 0;
    case 2:
        return bounds[pick(random, std::size(bounds))];
    case 3:
        return bounds[pick(random, std::size(bounds))] + pick(random, 3) - 1;
    case 4:
        return -static_cast<int64_t>(bounds[pick(random, std::size(bounds))] >> 1);
    case 5:
        return INT64_MIN;
    case 6:
        return 1.5;
    case 7:
        return 1e300;
    case 8:
        return "";
    case 9:
        return std::string(1ull << pick(random, 11), 'a');
    case 10:
        return std::string("\0\x1b[31m\x7f\xc2\x9b\r\n", 11);
    case 11:
        return "\xf0\x9f\x94\xad\xf0\x9f\x94\xad\xf0\x9f\x94\xad\xf0\x9f\x94\xad";
    case 12:
        return Json::array({1, "two", Json::object()});
    default:
        return Json{{"v", 1}, {"topic", "x"}};
    }
}

// All values in a document, itself included.
void list_values(Json &value, std::vector<Json *> &all)
{
    all.push_back(&value);
    if (value.is_structured())
        for (Json &member : value)
            list_values(member, all);
}

void change(Json &document, Random &random)
{
    std::vector<Json *> all;
    list_values(document, all);
    Json &value = *all[pick(random, all.size())];
    const auto member_of = [&](Json &object) {
        auto at = object.begin();
        std::advance(at, pick(random, object.size()));
        return at;
    };
    switch (pick(random, 6))
    {
    case 0:
        value = some_value(random);
        break;
    case 1:
        if (value.is_structured() && !value.empty())
            value.erase(member_of(value));
        break;
    case 2:
        if (value.is_array())
            for (size_t more = pick(random, 6); more > 0; --more)
                value.push_back(value.empty() ? some_value(random) : Json(value.back()));
        else if (value.is_object())
            value["another"] = some_value(random);
        break;
    case 3: // another member's value
        if (value.is_object() && value.size() > 1)
            *member_of(value) = Json(*member_of(value));
        break;
    case 4:
        if (value.is_number_unsigned())
            value = value.get<uint64_t>() + (pick(random, 2) == 0 ? 1 : UINT64_MAX);
        break;
    default:
        value = Json::array({value});
    }
}

std::string altered(const std::string &good, Random &random)
{
    Json document = Json::parse(good);
    for (size_t changes = 1 + pick(random, 3); changes > 0; --changes)
        change(document, random);
    std::string text = dump(document);
    if (pick(random, 8) == 0 && text.size() > 2 && text.front() == '{') // a member twice
        text.insert(text.size() - 1, "," + dump("v") + ":" + dump(some_value(random)));
    return text;
}

// How many of so many altered messages `read` understood; it checks those itself.
template <class Read>
int understood(const std::string &good, Read &&read)
{
    const int tries = random_inputs(20'000);
    Random random(20);
    int count = 0;
    for (int number = 0; number < tries; ++number)
    {
        const std::string text = altered(good, random);
        try
        {
            read(text);
            ++count;
        }
        catch (const BadMessage &bad)
        {
            EXPECT_EQ(clean(bad.what(), 10'000), bad.what()) << text; // it is shown to people
        }
    }
    EXPECT_GT(count, tries / 100);
    EXPECT_LT(count, tries * 9 / 10);
    return count;
}

void expect_clean(const std::string &text, size_t limit_bytes)
{
    EXPECT_EQ(clean(text, limit_bytes), text);
}

}

TEST(Hostile, FrameHeaderFitsItsDataOrIsBad)
{
    FrameHeader good;
    good.topic = "wfs";
    good.host = "bench";
    good.source = "0123456789abcdef-00000002";
    good.geometry = {9, 2, {3, 4, 0}};
    good.origin = 7;
    good.hops = 3;
    understood(complete(write_frame_part(good), 11, 12, 13), [](const std::string &text) {
        const FrameHeader header = read_frame_header(parse(text, header_limit_bytes, 4), 48);
        EXPECT_EQ(frame_bytes(header.geometry), 48u) << text;
        EXPECT_TRUE(is_topic(header.topic));
        EXPECT_FALSE(header.source.empty());
        expect_clean(header.source, 31);
        expect_clean(header.host, 255);
        EXPECT_LE(header.depth, 1u << 20);
        EXPECT_LE(header.keyword_room, 65535u);
        EXPECT_LE(header.hops, 255u);
        EXPECT_LE(std::abs(header.sent_ns), int64_t{1} << 62);
    });
}

TEST(Hostile, CreditNamesTopicsThatMayBeOrIsBad)
{
    Credit good;
    good.topic = std::string(32, 'a');
    good.subscriber = std::string(32, 'b');
    good.segment = "wfs";
    good.host = "display";
    good.source = "s";
    good.asks = good.wants_offers = true;
    understood(write_credit(good), [](const std::string &text) {
        const Credit credit = read_credit(text);
        EXPECT_TRUE(is_id(credit.topic) && is_id(credit.subscriber)) << text;
        EXPECT_TRUE(credit.segment.empty() || is_topic(credit.segment));
        expect_clean(credit.host, 255);
        EXPECT_LE(credit.source.size(), 31u);
        EXPECT_LE(std::abs(credit.sent_ns), int64_t{1} << 62);
    });
}

TEST(Hostile, AnswersAndOffersHaveTextsForPeopleOrAreBad)
{
    Answer good;
    good.host = "bench";
    good.segment = "wfs";
    good.source = "s";
    understood(write_answer(good), [](const std::string &text) {
        const Answer answer = read_answer(parse(text, header_limit_bytes, 4));
        expect_clean(answer.host, 255);
        expect_clean(answer.segment, 79);
        expect_clean(answer.source, 31);
        for (const int64_t time_ns : {answer.asked_ns, answer.heard_ns, answer.sent_ns})
            EXPECT_LE(std::abs(time_ns), int64_t{1} << 62);
    });
    const Offer offer = {"wfs", {9, 2, {3, 4, 0}}, 5, 6, 7.5};
    understood(write_offers({offer, offer}), [](const std::string &text) {
        for (const Offer &read : read_offers(text))
        {
            EXPECT_TRUE(is_topic(read.topic)) << text;
            EXPECT_LE(read.geometry.naxis, 3u);
            EXPECT_TRUE(read.geometry.atype == 0 || daoTypeSize(read.geometry.atype) != 0);
        }
    });
}

TEST(Hostile, KeywordsFitTheirPlacesOrAreBad)
{
    std::vector<IMAGE_KEYWORD> good(3);
    const char types[] = {'L', 'D', 'S'};
    for (size_t index = 0; index < good.size(); ++index)
    {
        good[index] = {};
        std::strcpy(good[index].name, "GAIN");
        std::strcpy(good[index].comment, "of the loop");
        good[index].type = types[index];
    }
    understood(write_keywords(good), [](const std::string &text) {
        const Keywords read = read_keywords(text);
        for (const IMAGE_KEYWORD &keyword : read.all)
        {
            EXPECT_NE(keyword.name[0], 0) << text;
            EXPECT_NE(std::strchr("LDS", keyword.type), nullptr);
            EXPECT_NE(std::memchr(keyword.comment, 0, sizeof keyword.comment), nullptr);
            expect_clean(std::string(keyword.name, strnlen(keyword.name, sizeof keyword.name)), 16);
            expect_clean(keyword.comment, 79);
        }
        if (!read.problem.empty())
            throw BadMessage(read.problem); // counts as not understood
    });
}
