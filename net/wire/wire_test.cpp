#include "wire/credit.hpp"
#include "wire/keywords.hpp"
#include "wire/random_inputs.hpp"

#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <random>

using namespace dao::net::wire;

namespace
{

FrameHeader some_header()
{
    FrameHeader header;
    header.topic = "wfs";
    header.host = "bench";
    header.source = "0123456789abcdef-00000002";
    header.geometry = {9, 2, {3, 4, 0}};
    header.depth = 5;
    header.keyword_room = 6;
    header.cnt0 = UINT64_MAX;
    header.cnt1 = 8;
    header.cnt2 = 9;
    header.atime_ns = INT64_MIN;
    header.origin = 0xfedcba9876543210;
    header.hops = 3;
    header.origin_cnt0 = 10;
    return header;
}

std::string some_text()
{
    return complete(write_frame_part(some_header()), 11, 12, -13);
}

FrameHeader read_header(const std::string &text, uint64_t data_bytes)
{
    return read_frame_header(parse(text, header_limit_bytes, 4), data_bytes);
}

std::string some_credit()
{
    Credit credit;
    credit.topic = std::string(32, 'a');
    credit.subscriber = std::string(32, 'b');
    credit.segment = "wfs";
    credit.host = "display";
    credit.every = true;
    credit.asks = true;
    credit.credit = UINT64_MAX;
    credit.connection = 3;
    credit.got = 7;
    credit.source = "s";
    credit.after_cnt0 = 5;
    credit.sent_ns = 3;
    return write_credit(credit);
}

// Text with bytes changed, cut and put in at random.
std::string spoil(std::string text, std::mt19937 &random)
{
    for (auto changes = 1 + random() % 5; changes > 0 && !text.empty(); --changes)
    {
        const size_t at = random() % text.size();
        switch (random() % 5)
        {
        case 0:
            text[at] = static_cast<char>(random());
            break;
        case 1:
            text.erase(at, random() % 20 + 1);
            break;
        case 2:
            text.insert(at, text.substr(random() % text.size(), random() % 30));
            break;
        case 3:
            text.insert(at, std::to_string(random()));
            break;
        default:
            text.insert(at, 1, "[]{}\",:0-e."[random() % 11]);
        }
    }
    return text;
}

// Reads what anybody may have sent: it is understood, or it is BadMessage and nothing else.
template <class Read>
int count_understood(const std::string &good, int tries, Read &&read)
{
    std::mt19937 random(5);
    int understood = 0;
    for (int count = 0; count < tries; ++count)
        try
        {
            read(spoil(good, random));
            ++understood;
        }
        catch (const BadMessage &)
        {
        }
    return understood;
}

}

TEST(Wire, HeaderComesBackAsItWas)
{
    const FrameHeader expected = some_header(), header = read_header(some_text(), 48);
    EXPECT_EQ(header.topic, expected.topic);
    EXPECT_EQ(header.host, expected.host);
    EXPECT_EQ(header.source, expected.source);
    EXPECT_EQ(header.geometry, expected.geometry);
    EXPECT_EQ(header.depth, 5u);
    EXPECT_EQ(header.keyword_room, 6u);
    EXPECT_EQ(header.cnt0, UINT64_MAX);
    EXPECT_EQ(header.cnt1, 8u);
    EXPECT_EQ(header.cnt2, 9u);
    EXPECT_EQ(header.atime_ns, INT64_MIN);
    EXPECT_EQ(header.origin, expected.origin);
    EXPECT_EQ(header.hops, 3u);
    EXPECT_EQ(header.origin_cnt0, 10u);
    EXPECT_EQ(header.seq, 11u);
    EXPECT_EQ(header.kw, 12u);
    EXPECT_EQ(header.sent_ns, -13);
}

TEST(Wire, HeaderThatDoesNotFitItsDataIsRefused)
{
    for (const uint64_t bytes : {uint64_t{0}, uint64_t{47}, uint64_t{49}, UINT64_MAX})
        EXPECT_THROW(read_header(some_text(), bytes), BadMessage);
}

TEST(Wire, SizesThatCannotBeAreRefusedWithoutDataToo)
{
    for (const char *shape : {"[4294967295,4294967295,4294967295]", "[3,0]"})
    {
        std::string text = some_text();
        text.replace(text.find("[3,4]"), 5, shape);
        EXPECT_THROW(read_header(text, 0), BadMessage) << shape;
    }
    std::string text = some_text();
    text.replace(text.find("[3,4]"), 5, "[3,0]");
    try
    {
        (void)read_header(text, 0);
    }
    catch (const BadMessage &error)
    {
        EXPECT_EQ(std::string(error.what()).substr(0, 6), "shape:") << "which is what is wrong";
    }
}

TEST(Wire, CountsOfTheOriginAreThoseOfTheFrameWhereThereIsNoOther)
{
    Json object = Json::parse(some_text());
    object["missed"] = 2;
    object["missed_before"] = 5;
    EXPECT_EQ(read_header(dump(object), 48).missed_before, 2u) << "a part of all that are missed";
    EXPECT_EQ(read_header(dump(object), 48).origin_cnt0, 10u);
    object["hops"] = 0;
    EXPECT_EQ(read_header(dump(object), 48).origin_cnt0, UINT64_MAX);
}

TEST(Wire, ElementsThatDoNotFitInto64BitsAreNone)
{
    constexpr uint32_t most = UINT32_MAX;
    EXPECT_EQ(element_count({1, 3, {most, most, most}}), 0u);
    EXPECT_EQ(frame_bytes({12, 2, {most, most, 0}}), 0u);
    EXPECT_EQ(frame_bytes({1, 2, {most, most, 0}}), uint64_t{most} * most);
    EXPECT_EQ(frame_bytes({13, 1, {2, 0, 0}}), 0u);
    EXPECT_EQ(frame_bytes({9, 1, {0, 0, 0}}), 0u);
}

TEST(Wire, SpoiledMessagesAreUnderstoodOrBad)
{
    const int tries = random_inputs(20'000);
    EXPECT_LT(count_understood(some_text(), tries, [](const std::string &text) { read_header(text, 48); }), tries);
    EXPECT_LT(count_understood(some_credit(), tries, [](const std::string &text) { read_credit(text); }), tries);
    Answer answer;
    answer.host = "h";
    answer.source = "s";
    EXPECT_LT(count_understood(write_answer(answer), tries,
                               [](const std::string &text) { read_answer(parse(text, header_limit_bytes, 4)); }),
              tries);
    const Offer offer = {"wfs", {9, 2, {3, 4, 0}}, 5, 6, 7.5};
    EXPECT_LT(count_understood(write_offers({offer, offer}), tries, [](const std::string &text) { read_offers(text); }),
              tries);
    IMAGE_KEYWORD keyword = {};
    keyword.name[0] = 'x';
    keyword.type = 'D';
    EXPECT_LT(count_understood(write_keywords({keyword, keyword}), tries,
                               [](const std::string &text) { read_keywords(text); }),
              tries);
}

TEST(Wire, DepthAndLengthAreBoundedBeforeParsing)
{
    EXPECT_NO_THROW(parse("[[1]]", 100, 2));
    EXPECT_NO_THROW(parse(R"(["[[[[", "]\"{{{"])", 100, 1)) << "brackets in texts open nothing";
    EXPECT_THROW(parse("[[[1]]]", 100, 2), BadMessage);
    EXPECT_THROW(parse(std::string(101, ' '), 100, 2), BadMessage);
    EXPECT_THROW(parse(std::string(10'000'000, '['), SIZE_MAX, 4), BadMessage);
}

TEST(Wire, TwoMembersOfOneNameAreBad)
{
    EXPECT_THROW(parse(R"({"a":1,"b":2,"a":3})", 100, 4), BadMessage);
    EXPECT_THROW(parse(R"([{"a":1},{"b":{"c":1,"c":1}}])", 100, 4), BadMessage);
    EXPECT_NO_THROW(parse(R"([{"a":1},{"a":{"a":1}}])", 100, 4));
}

TEST(Wire, CreditComesBackAsItWas)
{
    const Credit credit = read_credit(some_credit());
    EXPECT_EQ(credit.topic, std::string(32, 'a'));
    EXPECT_EQ(credit.subscriber, std::string(32, 'b'));
    EXPECT_EQ(credit.segment, "wfs");
    EXPECT_TRUE(credit.every && credit.asks && !credit.wants_offers);
    EXPECT_EQ(credit.credit, UINT64_MAX);
    EXPECT_EQ(credit.connection, 3u);
    EXPECT_EQ(credit.got, 7u);
    EXPECT_EQ(credit.source, "s");
    EXPECT_EQ(credit.after_cnt0, 5u);
}

TEST(Wire, KeywordsComeBackAsTheyWere)
{
    std::vector<IMAGE_KEYWORD> keywords(6);
    for (IMAGE_KEYWORD &keyword : keywords)
    {
        keyword = {};
        std::memcpy(keyword.name, "SIXTEEN BYTES 16", 16);
        std::strcpy(keyword.comment, "with \"quotes\" and \xc3\xa9");
    }
    keywords[0].type = 'L';
    keywords[0].value.numl = INT64_MIN;
    keywords[1].type = 'D';
    keywords[1].value.numf = std::nan("");
    keywords[2].type = 'D';
    keywords[2].value.numf = 5e-324;
    keywords[3].type = 'S';
    std::memcpy(keywords[3].value.valstr, "all of 16 bytes.", 16);
    keywords[4].type = keywords[5].type = 'D';
    keywords[4].value.numf = HUGE_VAL;
    keywords[5].value.numf = -HUGE_VAL;
    const std::vector<IMAGE_KEYWORD> read = read_keywords(write_keywords(keywords)).all;
    ASSERT_EQ(read.size(), 6u);
    for (size_t index = 0; index < 6; ++index)
    {
        EXPECT_EQ(std::memcmp(read[index].name, keywords[index].name, 16), 0);
        EXPECT_STREQ(read[index].comment, keywords[index].comment);
        EXPECT_EQ(read[index].type, keywords[index].type);
    }
    EXPECT_EQ(read[0].value.numl, INT64_MIN);
    EXPECT_TRUE(std::isnan(read[1].value.numf));
    EXPECT_EQ(read[2].value.numf, 5e-324);
    EXPECT_EQ(std::memcmp(read[3].value.valstr, keywords[3].value.valstr, 16), 0);
    EXPECT_EQ(read[4].value.numf, HUGE_VAL);
    EXPECT_EQ(read[5].value.numf, -HUGE_VAL);
}

TEST(Wire, KeywordsWithBytesOfAnyKindTravel)
{
    IMAGE_KEYWORD keyword = {};
    std::memcpy(keyword.name, "\xff\x1b[2J", 5);
    keyword.type = 'S';
    std::memset(keyword.value.valstr, 0x9b, 16);
    std::memset(keyword.comment, 0xe9, 79); // Latin-1
    const Keywords read = read_keywords(write_keywords({keyword}));
    EXPECT_EQ(read.problem, "");
    ASSERT_EQ(read.all.size(), 1u);
    EXPECT_EQ(std::string(read.all[0].name), "??[2J");
    EXPECT_EQ(std::string(read.all[0].value.valstr, 16), std::string(16, '?'));
    EXPECT_EQ(std::string(read.all[0].comment), std::string(79, '?'));
}

TEST(Wire, KeywordThatIsBadCostsTheOthersNothing)
{
    const Keywords read = read_keywords(R"([{"name":"A","type":"L","value":1},{"name":"B","type":"Q","value":1},)"
                                        R"({"name":"seventeen bytes..","type":"L","value":1},7,)"
                                        R"x({"name":"C","type":"L","value":3,"comment":"limits [0, 1)"}])x");
    ASSERT_EQ(read.all.size(), 2u);
    EXPECT_STREQ(read.all[0].name, "A");
    EXPECT_EQ(read.all[1].value.numl, 3);
    EXPECT_STREQ(read.all[1].comment, "limits [0, 1)");
    EXPECT_NE(read.problem, "");
}

TEST(Wire, OfferThatIsBadCostsTheOthersNothing)
{
    std::vector<Offer> offers(3);
    for (Offer &offer : offers)
        offer = {"wfs[[", {9, 2, {3, 4, 0}}, 5, 6, 7.5};
    offers[1].topic = "up\ndown";
    offers[2].frames_per_second = 1e308;
    const std::vector<Offer> read = read_offers(write_offers(offers));
    ASSERT_EQ(read.size(), 2u);
    EXPECT_EQ(read[0].topic, "wfs[[");
    EXPECT_EQ(read[0].frames_per_second, 7.5);
    EXPECT_LE(read[1].frames_per_second, 1e9);
    std::string list = "[0";
    for (int count = 1; count < 100'000; ++count)
        list += ",0";
    EXPECT_TRUE(read_offers(list + "]").empty());
    EXPECT_THROW(read_offers(list + ",0]"), BadMessage) << "more than there can be";
}

TEST(Wire, TextsAreCleanedAndCutBetweenCharacters)
{
    EXPECT_EQ(clean("\x1b[31mred\x07", 100), "?[31mred?");
    EXPECT_EQ(clean("\xc2\x9b"
                    "1m",
                    100),
              "?1m"); // C1, which terminals obey
    EXPECT_EQ(clean("a\xff", 100), "a?");
    EXPECT_EQ(clean("gpj.\xe2\x80\xae"
                    "exe",
                    100),
              "gpj.?exe"); // what follows would be shown from right to left
    EXPECT_EQ(clean("\xe2\x81\xa9\xe2\x80\xa8\xd8\x9c\xe2\x82\xac", 100), "???\xe2\x82\xac");
    EXPECT_EQ(clean("\xed\xa0\x80", 100), "???"); // half of a pair of UTF-16
    EXPECT_EQ(clean("\xc3\xa9\xc3\xa9", 3), "\xc3\xa9");
    EXPECT_EQ(clean("\xf0\x9f\x94\xad", 3), "");
    EXPECT_TRUE(is_valid_utf8("\xf0\x9f\x94\xad"));
    EXPECT_FALSE(is_valid_utf8("\xc0\x80"));
    EXPECT_FALSE(is_valid_utf8("\xf4\x90\x80\x80"));
    EXPECT_FALSE(is_valid_utf8("\xf5\x80\x80\x80"));
}

TEST(Wire, TopicIsTheFilesNameUpToItsEnding)
{
    EXPECT_EQ(topic_of("/tmp/wfs.im.shm"), "wfs");
    EXPECT_EQ(topic_of("wfs.2.im.shm"), "wfs.2");
    EXPECT_EQ(topic_of("/tmp/wfs"), "wfs");
    EXPECT_EQ(topic_of(".im.shm"), ".im.shm");
    EXPECT_FALSE(is_topic(""));
    EXPECT_FALSE(is_topic("a\nb"));
    EXPECT_FALSE(is_topic(std::string("a\0b", 3)));
    EXPECT_FALSE(is_topic(std::string(80, 'a')));
    EXPECT_TRUE(is_topic(std::string(79, 'a')));
}

TEST(NetWire, NumberOfMissedFramesThatCannotBeIsABadMessage)
{
    std::string text =
        complete(write_frame_part(some_header()), 1, 1, 1, missed_limit + 1); // which is cut to the limit
    EXPECT_EQ(read_header(text, 48).missed, missed_limit);
    text.replace(text.rfind(':') + 1, std::string::npos, std::to_string(missed_limit + 1) + "}");
    EXPECT_THROW(read_header(text, 48), BadMessage);
    EXPECT_EQ(read_header(complete(write_frame_part(some_header()), 1, 1, 1), 48).missed, 0u);
}

// Nanoseconds since 1970, to the years that docs/wire.md names: beyond 2043 they take more than 61 bits.
TEST(NetWire, DatesTo2079TravelWhole)
{
    constexpr int64_t first = -(int64_t{1} << 60), last = 3 * (int64_t{1} << 60) - 1, year_2043 = int64_t{1} << 61;
    for (const int64_t time_ns : {first, year_2043 - 1, year_2043, year_2043 + 1, last})
    {
        FrameHeader header = some_header();
        header.atime_ns = time_ns;
        const FrameHeader found = read_header(complete(write_frame_part(header), 1, 2, time_ns), 48);
        EXPECT_EQ(found.sent_ns, time_ns);
        EXPECT_EQ(found.atime_ns, time_ns);
        Credit credit = read_credit(some_credit());
        credit.sent_ns = time_ns;
        EXPECT_EQ(read_credit(write_credit(credit)).sent_ns, time_ns);
        Answer answer;
        answer.asked_ns = answer.heard_ns = answer.sent_ns = time_ns;
        const Answer read = read_answer(parse(write_answer(answer), header_limit_bytes, 4));
        EXPECT_EQ(read.asked_ns, time_ns);
        EXPECT_EQ(read.heard_ns, time_ns);
        EXPECT_EQ(read.sent_ns, time_ns);
    }
    for (const int64_t time_ns : {first - 1, last + 1, INT64_MIN, INT64_MAX})
    {
        EXPECT_THROW(read_header(complete(write_frame_part(some_header()), 1, 2, time_ns), 48), BadMessage);
        Credit credit = read_credit(some_credit());
        credit.sent_ns = time_ns;
        EXPECT_THROW(read_credit(write_credit(credit)), BadMessage);
    }
}
