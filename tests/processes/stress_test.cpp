// A writer that never rests and readers of every kind: no torn, repeated, reordered or uncounted lost frame. Each run
// takes a second, or DAO_STRESS_SECONDS.
#include "frames.hpp"
#include "image.hpp"
#include "role.hpp"
#include "segment_name.hpp"
#include "timing.hpp"

#include <array>
#include <cinttypes>
#include <cstdio>
#include <fstream>
#include <gtest/gtest.h>

namespace
{

using namespace test;

// Publishes flat out until the time is over, and once round the slots at least; prints the number of frames.
int play_flat_out_writer(const Arguments &arguments)
{
    Image image;
    image.open(arguments.at(0));
    const auto end = Clock::now() + milliseconds(std::stol(arguments.at(1)));
    const auto size = static_cast<uint32_t>(image->md->nelement);
    uint64_t number = 0;
    Frame frame(size);
    say("ready");
    while (Clock::now() < end || number < image->md->fifo_size) // a busy machine may have kept us from all of the time
    {
        fill(frame, ++number);
        require(daoShmImage2Shm(frame.data(), size, image), "publish");
    }
    say(std::to_string(number));
    return 0;
}

const Role flat_out_writer("flat-out-writer", play_flat_out_writer);

struct Tally
{
    uint32_t tries = 0;
    uint64_t frames = 0;
    uint64_t lost = 0;
    uint64_t last = 0;
};

// Takes one frame; false when it is one that must not have come.
using Take = bool (*)(Image &image, Frame &frame, Tally &tally);

bool take_newest(Image &image, Frame &frame, Tally &tally)
{
    uint64_t counter = 0;
    const int_fast8_t status = daoShmReadNewest(image, frame.data(), frame.size(), &counter, nullptr);
    if (status != DAO_SUCCESS)
        return status == DAO_NOTREADY || status == DAO_OUTRUN;
    tally.frames += counter > tally.last;
    const bool good = is_frame(frame, counter) && counter >= tally.last;
    tally.last = counter;
    return good;
}

bool take_next(Image &image, Frame &frame, Tally &tally)
{
    uint64_t counter = 0;
    uint64_t missed = 0;
    const int_fast8_t status = daoShmReadNext(image, frame.data(), frame.size(), &counter, nullptr, &missed);
    if (status == DAO_NOTREADY || status == DAO_OUTRUN)
        return true;
    if (status != (missed == 0 ? DAO_SUCCESS : DAO_OVERWRITE))
        return false;
    const bool good = is_frame(frame, counter) && counter == tally.last + missed + 1;
    ++tally.frames;
    tally.lost += missed;
    tally.last = counter;
    return good;
}

// All in one call, in order; waits a moment, asleep, spinning and adaptively in turn.
bool take_waited(Image &image, Frame &frame, Tally &tally)
{
    DAO_NEXT_OPTIONS how = DAO_NEXT_OPTIONS_INIT;
    how.order = DAO_NEXT_IN_ORDER;
    how.timeout_ns = millisecond_ns;
    how.wait = std::array<uint32_t, 3>{DAO_WAIT_SLEEP, DAO_WAIT_SPIN, DAO_WAIT_ADAPTIVE}[tally.tries++ / 16 % 3];
    DAO_FRAME found = DAO_FRAME_INIT;
    uint64_t missed = 0;
    const int_fast8_t status = daoShmNext(image, &how, frame.data(), frame.size(), &found, &missed);
    if (status == DAO_NOTREADY || status == DAO_OUTRUN || status == DAO_TIMEOUT)
        return true;
    if (status != (missed == 0 ? DAO_SUCCESS : DAO_OVERWRITE))
        return false;
    const bool good = is_frame(frame, found.cnt0) && found.cnt0 == tally.last + missed + 1;
    ++tally.frames;
    tally.lost += missed;
    tally.last = found.cnt0;
    return good;
}

bool take_history(Image &image, Frame &frame, Tally &tally)
{
    const uint32_t depth = image->md->fifo_size;
    // The oldest is overwritten next: all of them can be had when the writer does not run for a moment.
    const uint32_t wanted = ++tally.tries % 64 == 0 || depth == 1 ? depth : std::max(1u, depth - 1);
    const uint64_t size = image->md->nelement;
    frame.resize(size * depth);
    uint64_t first = 0;
    const int_fast8_t status = daoShmReadLast(image, frame.data(), wanted, &first);
    if (status != DAO_SUCCESS)
        return status == DAO_NOTREADY || status == DAO_OUTRUN;
    for (uint32_t index = 0; index < wanted; ++index)
        if (!is_frame(&frame[index * size], size, first + index))
            return false;
    ++tally.frames;
    const bool good = first + wanted - 1 >= tally.last;
    tally.last = first + wanted - 1;
    return good;
}

// Pointers into the segment: a frame read in place counts only when it stayed whole.
bool take_slot(Image &image, Frame &frame, Tally &tally)
{
    void *slot = nullptr;
    uint64_t counter = 0;
    const int_fast8_t status = daoShmGetNextSegment(image, &slot, nullptr, &counter);
    if (status != DAO_SUCCESS && status != DAO_OVERWRITE)
        return status == DAO_NOTREADY;
    std::memcpy(frame.data(), slot, frame.size() * sizeof(uint32_t));
    if (daoShmCheckSegmentOverwrite(image) == DAO_SUCCESS)
    {
        if (!is_frame(frame, counter))
            return false;
        ++tally.frames;
    }
    const bool good = status == DAO_SUCCESS ? counter == tally.last + 1 : counter > tally.last + 1;
    tally.last = counter;
    return good;
}

// The same of the newest slot, and of any.
bool take_newest_slot(Image &image, Frame &frame, Tally &tally)
{
    void *slot = nullptr;
    uint64_t counter = 0;
    if (++tally.tries % 2 == 0)
    {
        require(daoShmGetNewestSegment(image, &slot, nullptr, &counter), "newest");
        if (counter < tally.last)
            return false;
        tally.last = counter;
    }
    else
    {
        require(daoShmGetArbitrarySegment(image, &slot, tally.tries / 2), "arbitrary");
        DAO_FRAME found = DAO_FRAME_INIT;
        require(daoShmGetFrame(image, &found), "frame");
        counter = found.cnt0;
    }
    std::memcpy(frame.data(), slot, frame.size() * sizeof(uint32_t));
    if (daoShmCheckSegmentOverwrite(image) != DAO_SUCCESS || counter == 0)
        return true;
    ++tally.frames;
    return is_frame(frame, counter);
}

struct Kind
{
    const char *name;
    Take take;
};
constexpr Kind kinds[] = {{"newest", take_newest},           {"next", take_next},
                          {"history", take_history},         {"slot", take_slot},
                          {"newest slot", take_newest_slot}, {"waited", take_waited}};

// The parent's word to the readers that the writer is done.
std::string done_file(const std::string &name)
{
    return name + ".done";
}

// Reads until the writer is done, and then once more. Prints frames, lost, last, missed.
int play_flat_out_reader(const Arguments &arguments)
{
    Image image;
    image.open(arguments.at(0));
    Take take = nullptr;
    for (const Kind &kind : kinds)
        if (arguments.at(1) == kind.name)
            take = kind.take;
    Frame frame(image->md->nelement);
    Tally tally;
    say("ready");
    for (bool done = false, last_time = false; !last_time; done = std::filesystem::exists(done_file(arguments.at(0))))
    {
        last_time = done;
        for (int reads = 0; reads < 20; ++reads)
            if (!take(image, frame, tally))
            {
                say("bad frame after " + std::to_string(tally.frames) + " good ones, last " +
                    std::to_string(tally.last) + ": " + daoLastErrorMessage());
                return 1;
            }
    }
    say(std::to_string(tally.frames) + " " + std::to_string(tally.lost) + " " + std::to_string(tally.last) + " " +
        std::to_string(daoShmGetMissed(image)));
    return 0;
}

const Role flat_out_reader("flat-out-reader", play_flat_out_reader);

struct Case
{
    uint32_t size;
    uint32_t depth;
};

class Stress : public testing::TestWithParam<Case>
{
};

TEST_P(Stress, NoFrameIsTornRepeatedReorderedOrLostUncounted)
{
    const auto [size, depth] = GetParam();
    SegmentName name;
    Image image;
    image.create(name.text(), {size}, _DATATYPE_UINT32, depth);
    std::vector<Child> readers;
    const auto time = stress_time();
    for (const Kind &kind : kinds)
        readers.emplace_back("flat-out-reader", Arguments{name.text(), kind.name});
    for (Child &reader : readers)
        ASSERT_EQ(reader.line(), "ready");
    Child writer("flat-out-writer", {name.text(), std::to_string(time.count())});
    ASSERT_EQ(writer.line(), "ready");
    const uint64_t published = std::stoull("0" + writer.line(time + milliseconds(30'000)));
    EXPECT_EQ(writer.wait(), 0);
    std::ofstream(done_file(name.text())).close();
    EXPECT_GT(published, 0u);
    EXPECT_EQ(daoShmGetCounter(image), published);
    for (size_t index = 0; index < readers.size(); ++index)
    {
        const std::string report = readers[index].line(milliseconds(30'000));
        EXPECT_EQ(readers[index].wait(), 0) << kinds[index].name << ": " << report;
        uint64_t frames = 0, lost = 0, last = 0, missed = 0;
        ASSERT_EQ(
            std::sscanf(report.c_str(), "%" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64, &frames, &lost, &last, &missed),
            4)
            << kinds[index].name << ": " << report;
        // With one slot a writer that never pauses may leave no whole frame to copy, and slots may all be overwritten.
        const bool may_all_be_overwritten = kinds[index].take == take_slot || kinds[index].take == take_newest_slot;
        EXPECT_TRUE(frames > 0 || depth == 1 || may_all_be_overwritten)
            << kinds[index].name << ": " << report << " of " << published;
        EXPECT_LE(last, published);
        if (kinds[index].take == take_next || kinds[index].take == take_waited)
        {
            EXPECT_EQ(frames + lost, last);
            EXPECT_LE(missed, lost) << "from its first read";
        }
    }
}

std::vector<Case> all_cases()
{
    std::vector<Case> cases;
    for (const uint32_t size : {100u, 60'000u})
        for (uint32_t depth = 1; depth <= 8; ++depth)
            cases.push_back({size, depth});
    return cases;
}

INSTANTIATE_TEST_SUITE_P(Depths, Stress, testing::ValuesIn(all_cases()), [](const auto &row) {
    return "Elements" + std::to_string(row.param.size) + "Depth" + std::to_string(row.param.depth);
});

}
