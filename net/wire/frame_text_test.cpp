#include "wire/frame_text.hpp"
#include "wire/random_inputs.hpp"

#include <gtest/gtest.h>
#include <random>

using namespace dao::net::wire;

namespace
{

// Through so many networks.
FrameHeader some_header(uint32_t hops = 0)
{
    FrameHeader header;
    header.topic = "wfs";
    header.host = "a \"quoted\", host";
    header.source = "0123456789abcdef-00000002";
    header.geometry = {9, 2, {3, 4, 0}};
    header.depth = 5;
    header.cnt0 = 7;
    header.atime_ns = -8;
    header.origin = 0x0123456789abcdef;
    header.hops = hops;
    header.origin_cnt0 = hops > 0 ? 70 : header.cnt0;
    return header;
}

constexpr uint64_t data_bytes = 48;

std::string text_of(const FrameHeader &header, uint64_t seq = 1)
{
    return complete(write_frame_part(header), seq, 2, 3);
}

std::optional<FrameHeader> parsed(const std::string &text)
{
    try
    {
        return read_frame_header(parse(text, header_limit_bytes, 4), data_bytes);
    }
    catch (const BadMessage &)
    {
        return std::nullopt;
    }
}

void expect_same(const FrameHeader &one, const FrameHeader &other, const std::string &text)
{
    EXPECT_EQ(text_of(one, one.seq), text_of(other, other.seq)) << text;
    EXPECT_EQ(one.origin_cnt0, other.origin_cnt0) << text;
    EXPECT_EQ(one.kw, other.kw) << text;
    EXPECT_EQ(one.sent_ns, other.sent_ns) << text;
}

HeaderReader reader_that_knows(const std::string &text)
{
    HeaderReader reader;
    reader.learn(text, *parsed(text), data_bytes);
    return reader;
}

}

TEST(FrameText, NextFrameOfTheSameSegmentIsRecognised)
{
    for (const uint32_t hops : {0u, 2u})
    {
        FrameHeader header = some_header(hops);
        HeaderReader reader = reader_that_knows(text_of(header));
        FramePartWriter writer;
        for (const uint64_t cnt0 : {uint64_t{8}, uint64_t{0}, uint64_t{UINT64_MAX}})
        {
            header.cnt0 = cnt0;
            header.cnt2 = cnt0 / 2;
            header.origin_cnt0 = cnt0 / 3;
            header.atime_ns = INT64_MIN;
            const std::string text = complete(writer.write(header), 9, 10, -11);
            EXPECT_EQ(text, complete(write_frame_part(header), 9, 10, -11));
            const FrameHeader *found = reader.recognise(text, data_bytes);
            ASSERT_NE(found, nullptr) << text;
            expect_same(*found, *parsed(text), text);
            EXPECT_EQ(found->origin_cnt0, hops > 0 ? cnt0 / 3 : cnt0);
        }
    }
}

// As the parser has them: to 2079.
TEST(FrameText, TimesOfMessagesHaveTheirBounds)
{
    constexpr int64_t first = -(int64_t{1} << 60), last = 3 * (int64_t{1} << 60) - 1;
    const std::string part = write_frame_part(some_header());
    HeaderReader reader = reader_that_knows(text_of(some_header()));
    for (const int64_t time_ns : {first, int64_t{1} << 61, last})
    {
        const FrameHeader *found = reader.recognise(complete(part, 9, 10, time_ns), data_bytes);
        ASSERT_NE(found, nullptr) << time_ns;
        EXPECT_EQ(found->sent_ns, time_ns);
    }
    for (const int64_t time_ns : {first - 1, last + 1})
        EXPECT_EQ(reader.recognise(complete(part, 9, 10, time_ns), data_bytes), nullptr) << time_ns;
}

TEST(FrameText, WhatDiffersInAnythingElseIsForTheParser)
{
    const FrameHeader good = some_header();
    HeaderReader reader = reader_that_knows(text_of(good));
    EXPECT_EQ(reader.recognise(text_of(good), data_bytes + 1), nullptr);
    std::vector<FrameHeader> others(6, good);
    others[0].topic = "wfs2";
    others[1].source = "0123456789abcdef-00000003";
    others[2].geometry.atype = 5;
    others[3].geometry.shape = {4, 3, 0};
    others[4].depth = 6;
    others[5].hops = 1;
    FramePartWriter writer;
    (void)writer.write(good);
    for (const FrameHeader &other : others)
    {
        EXPECT_EQ(reader.recognise(text_of(other), data_bytes), nullptr) << text_of(other);
        EXPECT_EQ(complete(writer.write(other), 1, 2, 3), text_of(other));
    }
}

// A member that stands behind the numbers, or twice, is what the parser says it is.
TEST(FrameText, NothingIsLearnedFromATextInAnotherOrder)
{
    std::string text = text_of(some_header());
    text.insert(text.size() - 1, ",\"more\":\"other\"");
    HeaderReader reader = reader_that_knows(text);
    EXPECT_EQ(reader.recognise(text, data_bytes), nullptr);
    EXPECT_EQ(reader.recognise(text_of(some_header()), data_bytes), nullptr);
    const std::string nested =
        R"({"x":{"y":1,"frame_num":7,"cnt0":7,"cnt1":0,"cnt2":0,"atime_ns":0,"seq":1,"kw":2,"sent_ns":3})";
    reader.learn(nested, some_header(), data_bytes);
    EXPECT_EQ(reader.recognise(nested, data_bytes), nullptr);
}

// Whatever was learned, what is recognised is what the parser reads.
TEST(FrameText, RecognisedAndParsedAreTheSameForSpoiledTexts)
{
    std::mt19937 random(3);
    const auto spoiled = [&](std::string text) {
        for (auto changes = random() % 3; changes > 0; --changes)
        {
            const size_t at = random() % text.size();
            switch (random() % 4)
            {
            case 0:
                text[at] = "0123456789-+.eE,\":{}[]\\ \x1b"[random() % 24];
                break;
            case 1:
                text.erase(at, random() % 3 + 1);
                break;
            case 2:
                text.insert(at, std::to_string(random() % 1000));
                break;
            default:
                text.insert(at, text.substr(random() % text.size(), random() % 30));
            }
            if (text.empty())
                text = "{}";
        }
        return text;
    };
    const int tries = random_inputs(30'000);
    int recognised = 0;
    for (uint32_t count = 0; count < static_cast<uint32_t>(tries); ++count)
    {
        const std::string first = spoiled(text_of(some_header(count % 2 * 2))), second = spoiled(first);
        const std::optional<FrameHeader> learned = parsed(first);
        if (!learned)
            continue;
        HeaderReader reader;
        reader.learn(first, *learned, data_bytes);
        const FrameHeader *found = reader.recognise(second, data_bytes);
        if (found == nullptr)
            continue;
        ++recognised;
        const std::optional<FrameHeader> expected = parsed(second);
        ASSERT_TRUE(expected.has_value()) << first << "\n" << second;
        expect_same(*found, *expected, second);
    }
    EXPECT_GT(recognised, tries / 30);
}
