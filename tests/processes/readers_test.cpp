// Who reads a segment, how far each is and how much it missed.
#include "readers.hpp"
#include "role.hpp"
#include "segment_name.hpp"
#include "timing.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <memory>
#include <random>
#include <set>

namespace
{

using namespace test;

TEST(Readers, AreListedFromTheirFirstReadUntilTheyClose)
{
    SegmentName name;
    Image writer, reader;
    writer.create(name.text(), {size}, _DATATYPE_UINT32, 4);
    reader.open(name.text());
    publish(writer, 1);
    EXPECT_EQ(readers_of(writer).size(), 0u);
    Frame frame(size);
    require(daoShmReadNewest(reader, frame.data(), size, nullptr, nullptr), "read");
    const std::vector<DAO_READER> readers = readers_of(writer);
    ASSERT_EQ(readers.size(), 1u);
    EXPECT_EQ(readers[0].pid, process_id());
    EXPECT_EQ(readers[0].alive, 1u);
    EXPECT_EQ(readers[0].last_cnt0, 1u);
    EXPECT_EQ(readers[0].missed, 0u);
    EXPECT_NE(readers[0].name[0], 0);
    const int64_t now_ns =
        std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
            .count();
    EXPECT_NEAR(static_cast<double>(readers[0].last_seen_ns), static_cast<double>(now_ns), 5e9);
    EXPECT_EQ(daoShmCloseShm(reader), DAO_SUCCESS);
    EXPECT_EQ(readers_of(writer).size(), 0u);
}

TEST(Readers, SayHowManyFramesTheyMissed)
{
    SegmentName name;
    Image writer, reader;
    writer.create(name.text(), {size}, _DATATYPE_UINT32, 4);
    reader.open(name.text());
    Frame frame(size);
    publish(writer, 1);
    require(daoShmReadNewest(reader, frame.data(), size, nullptr, nullptr), "read");
    EXPECT_EQ(daoShmGetMissed(reader), 0u);
    for (uint64_t number = 2; number <= 11; ++number)
        publish(writer, number);
    require(daoShmReadNewest(reader, frame.data(), size, nullptr, nullptr), "read");
    EXPECT_EQ(daoShmGetMissed(reader), 9u);
    require(daoShmReadNewest(reader, frame.data(), size, nullptr, nullptr), "read");
    EXPECT_EQ(daoShmGetMissed(reader), 9u) << "the same frame again is no loss";
    EXPECT_EQ(readers_of(writer).at(0).missed, 9u);
    EXPECT_EQ(readers_of(writer).at(0).last_cnt0, 11u);
}

// Those that a read of the newest passed over are still there to be read in order.
TEST(Readers, MissNoFrameThatTheyReadInOrderAfterTheNewest)
{
    SegmentName name;
    Image writer, reader;
    writer.create(name.text(), {size}, _DATATYPE_UINT32, 8);
    reader.open(name.text());
    Frame frame(size);
    const auto missed = [&] { return readers_of(writer).at(0).missed; };
    const auto read_newest = [&] {
        require(daoShmReadNewest(reader, frame.data(), size, nullptr, nullptr), "read newest");
    };
    const auto read_in_order = [&] { return daoShmReadNext(reader, frame.data(), size, nullptr, nullptr, nullptr); };
    publish(writer, 1);
    require(read_in_order(), "read in order");
    for (uint64_t number = 2; number <= 5; ++number)
        publish(writer, number);
    read_newest();
    EXPECT_EQ(missed(), 3u) << "2, 3 and 4 are not read so far";
    for (uint64_t left = 3; left > 0; --left)
    {
        require(read_in_order(), "read in order");
        EXPECT_EQ(missed(), left - 1);
    }
    require(read_in_order(), "5, for the second time");
    EXPECT_EQ(missed(), 0u);
    for (uint64_t number = 6; number <= 20; ++number)
        publish(writer, number);
    read_newest();
    EXPECT_EQ(read_in_order(), DAO_OVERWRITE) << "13, the oldest in reach";
    while (read_in_order() == DAO_SUCCESS)
    {
    }
    EXPECT_EQ(missed(), 7u) << "6 to 12 were overwritten";
}

TEST(Readers, ThatStandStillMissFramesAsTheyAreOverwritten)
{
    for (const uint32_t depth : {1u, 4u})
    {
        SegmentName name;
        Image writer, reader;
        writer.create(name.text(), {size}, _DATATYPE_UINT32, depth);
        reader.open(name.text());
        publish(writer, 1);
        Frame frame(size);
        ASSERT_EQ(daoShmReadNext(reader, frame.data(), size, nullptr, nullptr, nullptr), DAO_SUCCESS);
        for (uint64_t number = 2; number <= 9; ++number)
        {
            publish(writer, number);
            EXPECT_EQ(readers_of(writer).at(0).missed, number - 1 > depth ? number - 1 - depth : 0) << number;
        }
        uint64_t missed = 0;
        EXPECT_EQ(daoShmReadNext(reader, frame.data(), size, nullptr, nullptr, &missed), DAO_OVERWRITE);
        EXPECT_EQ(missed, 8 - depth);
        EXPECT_EQ(readers_of(writer).at(0).missed, missed) << "the same as was said before it read";
        Image next;
        next.create(name.text(), {size}, _DATATYPE_UINT32, depth); // begins anew
        EXPECT_EQ(readers_of(writer).at(0).missed, missed);
        for (uint64_t number = 1; number <= 9; ++number)
            publish(next, number);
        EXPECT_EQ(readers_of(writer).at(0).missed, missed + 9 - depth) << "of those that came since";
        uint64_t missed_again = 0;
        EXPECT_EQ(daoShmReadNext(reader, frame.data(), size, nullptr, nullptr, &missed_again), DAO_OVERWRITE);
        EXPECT_EQ(missed_again, 9 - depth);
        EXPECT_EQ(daoShmGetMissed(reader), missed + missed_again);
        EXPECT_EQ(readers_of(writer).at(0).missed, missed + missed_again);
    }
}

TEST(Readers, MissAfterARewindWhatTheyHadMissedBefore)
{
    SegmentName name;
    Image writer, reader;
    writer.create(name.text(), {size}, _DATATYPE_UINT32, 8);
    reader.open(name.text());
    Frame frame(size);
    publish(writer, 1);
    require(daoShmReadNewest(reader, frame.data(), size, nullptr, nullptr), "read newest");
    for (uint64_t number = 2; number <= 5; ++number)
        publish(writer, number);
    require(daoShmReadNewest(reader, frame.data(), size, nullptr, nullptr), "read newest");
    EXPECT_EQ(daoShmGetMissed(reader), 3u);
    require(daoShmRewind(reader), "rewind");
    for (uint64_t number = 1; number <= 5; ++number)
        require(daoShmReadNext(reader, frame.data(), size, nullptr, nullptr, nullptr), "read in order");
    EXPECT_EQ(daoShmGetMissed(reader), 3u);
    for (uint64_t number = 6; number <= 8; ++number)
        publish(writer, number);
    require(daoShmResetTail(reader, nullptr, nullptr), "reset");
    publish(writer, 9);
    require(daoShmReadNext(reader, frame.data(), size, nullptr, nullptr, nullptr), "read in order");
    EXPECT_EQ(daoShmGetMissed(reader), 3u) << "what the reset passed over does not count";
}

// The numbers between the first frame that was read and the newest one that were never given, whatever calls give the others.
TEST(Readers, MissWhatNoCallGaveThem)
{
    for (unsigned seed = 0; seed < 200; ++seed)
    {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        const auto slots = static_cast<uint32_t>(1 + random() % 4);
        SegmentName name;
        Image writer, reader;
        writer.create(name.text(), {size}, _DATATYPE_UINT32, slots);
        reader.open(name.text());
        Frame frames(slots * size);
        std::set<uint64_t> given;
        uint64_t published = 0, first = 0;
        for (int step = 0; step < 30; ++step)
        {
            const auto count = static_cast<uint32_t>(1 + random() % slots);
            const auto call = random() % 6;
            uint64_t counter = 0;
            int_fast8_t status = DAO_NOTREADY;
            if (call < 3)
                publish(writer, ++published);
            else if (call == 3)
                status = daoShmReadNext(reader, frames.data(), size, &counter, nullptr, nullptr);
            else if (call == 4 && published > 0)
                status = daoShmReadNewest(reader, frames.data(), size, &counter, nullptr);
            else if (call == 5)
                status = daoShmReadLast(reader, frames.data(), count, &counter);
            if (status == DAO_SUCCESS || status == DAO_OVERWRITE)
                for (uint64_t number = counter; number < counter + (call == 5 ? count : 1); ++number)
                    given.insert(number);
            if (first == 0 && !given.empty())
                first = *given.begin();
            const auto in_between = std::distance(given.lower_bound(first), given.end());
            const uint64_t missed = given.empty() ? 0 : *given.rbegin() - first + 1 - static_cast<uint64_t>(in_between);
            ASSERT_EQ(daoShmGetMissed(reader), missed) << "after step " << step;
        }
    }
}

TEST(Readers, MayReadTheLargestNumberThatAProgramCanSet)
{
    SegmentName name;
    Image writer, reader;
    writer.create(name.text(), {size}, _DATATYPE_UINT32, 2);
    reader.open(name.text());
    Frame frame(size);
    publish(writer, 1);
    require(daoShmReadNewest(reader, frame.data(), size, nullptr, nullptr), "read");
    writer->md[0].cnt0 = UINT64_MAX;
    uint64_t counter = 0;
    for (int attempt = 0; attempt < 2; ++attempt)
    {
        EXPECT_EQ(daoShmReadNewest(reader, frame.data(), size, &counter, nullptr), DAO_SUCCESS);
        EXPECT_EQ(counter, UINT64_MAX);
        EXPECT_EQ(daoShmGetMissed(reader), UINT64_MAX - 2);
    }
    DAO_NEXT_OPTIONS how = DAO_NEXT_OPTIONS_INIT;
    how.timeout_ns = 0;
    EXPECT_EQ(daoShmNext(reader, &how, frame.data(), size, nullptr, nullptr), DAO_TIMEOUT) << "it was seen";
    counter = 0;
    EXPECT_EQ(daoShmReadLast(reader, frame.data(), 1, &counter), DAO_SUCCESS);
    EXPECT_EQ(counter, UINT64_MAX);
    EXPECT_EQ(daoShmReadNext(reader, frame.data(), size, &counter, nullptr, nullptr), DAO_OVERWRITE);
    EXPECT_EQ(counter, UINT64_MAX);
    EXPECT_EQ(daoShmReadNext(reader, frame.data(), size, nullptr, nullptr, nullptr), DAO_NOTREADY);
}

// All frames of a history were read.
TEST(Readers, MissNothingOfAHistory)
{
    SegmentName name;
    Image writer, reader;
    writer.create(name.text(), {size}, _DATATYPE_UINT32, 4);
    reader.open(name.text());
    Frame frames(4 * size);
    uint64_t number = 0;
    for (int round = 1; round <= 3; ++round)
    {
        for (int count = 0; count < 4; ++count)
            publish(writer, ++number);
        require(daoShmReadLast(reader, frames.data(), 4, nullptr), "history");
        EXPECT_EQ(daoShmGetMissed(reader), 0u);
    }
    for (int count = 0; count < 5; ++count)
        publish(writer, ++number);
    require(daoShmReadLast(reader, frames.data(), 2, nullptr), "history");
    EXPECT_EQ(daoShmGetMissed(reader), 3u);
    // Nor of frames that a program counts anew.
    for (uint32_t slot = 0; slot < 4; ++slot)
        writer->md[slot].cnt0 = 0;
    require(daoShmReadNewest(reader, frames.data(), size, nullptr, nullptr), "read");
    publish(writer, 1);
    require(daoShmReadNewest(reader, frames.data(), size, nullptr, nullptr), "read");
    EXPECT_EQ(daoShmGetMissed(reader), 3u);
}

// Publishes a frame on each request, then dies in the middle of one.
int play_dying_writer(const Arguments &arguments)
{
    Image image;
    image.open(arguments.at(0));
    for (uint64_t number = 1; number <= 5; ++number)
    {
        publish(image, number);
        std::this_thread::sleep_for(milliseconds(10));
    }
    void *slot = nullptr;
    require(daoShmLoanBegin(image, &slot), "begin");
    say("dying");
    std::this_thread::sleep_for(std::chrono::seconds(60));
    return 0;
}

const Role dying_writer("dying-writer", play_dying_writer);

TEST(Readers, ThatWaitWhileTheWriterDiesGetTheNextWritersFrames)
{
    SegmentName name;
    Image writer, reader;
    writer.create(name.text(), {size}, _DATATYPE_UINT32, 8);
    reader.open(name.text());
    Child first("dying-writer", {name.text()});
    ASSERT_EQ(first.line(), "dying");
    std::vector<uint64_t> seen;
    std::thread reading([&] {
        Frame frame(size);
        while (seen.size() < 8 && daoShmWaitForFrame(reader, seen.empty() ? 0 : seen.back(), 60 * second_ns) == 0)
        {
            uint64_t counter = 0;
            while (daoShmReadNext(reader, frame.data(), size, &counter, nullptr, nullptr) == DAO_SUCCESS)
            {
                EXPECT_TRUE(is_frame(frame, counter));
                seen.push_back(counter);
            }
        }
    });
    std::this_thread::sleep_for(milliseconds(50));
    first.kill();
    for (uint64_t number = 6; number <= 8; ++number)
        publish(writer, number);
    reading.join();
    EXPECT_EQ(seen, (std::vector<uint64_t>{1, 2, 3, 4, 5, 6, 7, 8}));
}

}
