// Two and four writers of one segment: no count is lost, no frame is torn.
#include "frames.hpp"
#include "image.hpp"
#include "role.hpp"
#include "segment_name.hpp"
#include "timing.hpp"

#include <gtest/gtest.h>
#include <thread>
#include <tuple>

namespace
{

using namespace test;

constexpr uint32_t size = 400;

// Publishes between two moments, and some frames at least; every third as a loan, every third from packets. Prints how many.
int play_counting_writer(const Arguments &arguments)
{
    Image image;
    image.open(arguments.at(0));
    const uint64_t first = std::stoull(arguments.at(1));
    const Clock::time_point begin(Clock::duration(std::stoll(arguments.at(2))));
    const Clock::time_point end(Clock::duration(std::stoll(arguments.at(3))));
    Frame frame(size);
    say("ready");
    std::this_thread::sleep_until(begin);
    uint64_t number = 0;
    for (; Clock::now() < end || number < 300; ++number)
    {
        fill(frame, first + number);
        if (number % 3 == 0)
            require(daoShmImage2Shm(frame.data(), size, image), "publish");
        else if (number % 3 == 1)
        {
            void *slot = nullptr;
            require(daoShmLoanBegin(image, &slot), "begin");
            std::memcpy(slot, frame.data(), size * sizeof(uint32_t));
            require(daoShmLoanCommit(image), "commit");
        }
        else
        {
            for (uint16_t packet = 0; packet < 2; ++packet)
                require(daoShmImagePart2Shm(reinterpret_cast<char *>(&frame[packet * size / 2]), size / 2, image,
                                            packet * size / 2, packet, 2, number),
                        "packet");
            require(daoShmImagePart2ShmFinalize(image), "finalise");
        }
    }
    say(std::to_string(number));
    return 0;
}

const Role counting_writer("counting-writer", play_counting_writer);

// The lock says which process has it; of its handles only one does.
TEST(TwoHandlesOfAProcess, ALoanThatLostItsLockDoesNotEndTheOthers)
{
    SegmentName name;
    Image first, second, reader;
    first.create(name.text(), {size}, _DATATYPE_UINT32, 2);
    second.open(name.text());
    reader.open(name.text());
    Frame frame(size), read(size);
    void *slot = nullptr;
    require(daoShmLoanBegin(first, &slot), "begin");
    fill(frame, 1);
    std::memcpy(slot, frame.data(), size * sizeof(uint32_t));
    require(daoShmUnlock(reader, 1), "unlock");
    require(daoShmLoanBegin(second, &slot), "begin");
    fill(frame, 2);
    std::memcpy(slot, frame.data(), size / 2 * sizeof(uint32_t));
    EXPECT_EQ(daoShmLoanCommit(first), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_STATE);
    EXPECT_NE(std::string(daoLastErrorMessage()).find("another handle"), std::string::npos) << daoLastErrorMessage();
    EXPECT_EQ(daoShmGetCounter(reader), 0u);
    std::memcpy(slot, frame.data(), size * sizeof(uint32_t));
    EXPECT_EQ(daoShmLoanCommit(second), DAO_SUCCESS) << daoLastErrorMessage();
    require(daoShmReadNewest(reader, read.data(), size, nullptr, nullptr), "read");
    EXPECT_TRUE(is_frame(read, 2));
    EXPECT_EQ(daoShmImage2Shm(frame.data(), size, first), DAO_SUCCESS) << daoLastErrorMessage();
    require(daoShmUnlock(reader, 1), "nothing to free");
    require(daoShmLoanBegin(first, &slot), "begin");
    require(daoShmUnlock(reader, 1), "unlock");
    require(daoShmLoanBegin(second, &slot), "begin");
    EXPECT_EQ(daoShmLoanAbort(first), DAO_ERROR) << "nor does an abort";
    EXPECT_EQ(daoShmLoanCommit(second), DAO_SUCCESS) << daoLastErrorMessage();
}

class SeveralWriters : public testing::TestWithParam<std::tuple<int, uint32_t>>
{
};

TEST_P(SeveralWriters, LoseNoCountAndTearNoFrame)
{
    const auto [writer_count, depth] = GetParam();
    const auto begin = Clock::now() + milliseconds(300);
    const auto end = begin + stress_time();
    const auto moment = [](Clock::time_point time) { return std::to_string(time.time_since_epoch().count()); };
    SegmentName name;
    Image image;
    image.create(name.text(), {size}, _DATATYPE_UINT32, depth);
    std::vector<Child> writers;
    for (int index = 0; index < writer_count; ++index)
        writers.emplace_back("counting-writer",
                             Arguments{name.text(), std::to_string(index * 100'000'000), moment(begin), moment(end)});
    for (Child &writer : writers)
        ASSERT_EQ(writer.line(), "ready");
    Frame read(size);
    uint64_t last = 0;
    while (Clock::now() < end)
    {
        uint64_t counter = 0;
        const int_fast8_t status = daoShmReadNewest(image, read.data(), size, &counter, nullptr);
        if (status != DAO_SUCCESS || counter == 0)
            continue;
        ASSERT_TRUE(is_whole(read.data(), size)) << "frame " << counter;
        ASSERT_GE(counter, last);
        last = counter;
    }
    uint64_t total = 0;
    for (Child &writer : writers)
    {
        total += std::stoull("0" + writer.line(milliseconds(60'000)));
        EXPECT_EQ(writer.wait(), 0);
    }
    EXPECT_GE(total, 300u * writers.size());
    EXPECT_EQ(daoShmGetCounter(image), total);
    EXPECT_EQ(image.info().takeovers, 0u);
    EXPECT_EQ(image.info().writing, 0u);
}

INSTANTIATE_TEST_SUITE_P(Counts, SeveralWriters, testing::Combine(testing::Values(2, 4), testing::Values(1u, 4u)),
                         [](const auto &row) {
                             return std::to_string(std::get<0>(row.param)) + "WritersDepth" +
                                    std::to_string(std::get<1>(row.param));
                         });

TEST(SeveralWriterThreads, LoseNoCountWithAnImageEach)
{
    SegmentName name;
    Image image;
    image.create(name.text(), {size}, _DATATYPE_UINT32, 3);
    constexpr uint64_t frames = 5000;
    const auto start = Clock::now() + milliseconds(50);
    std::vector<std::thread> threads;
    for (uint64_t index = 0; index < 4; ++index)
        threads.emplace_back([&, index] {
            Image own;
            own.open(name.text());
            Frame frame(size);
            std::this_thread::sleep_until(start);
            for (uint64_t number = 0; number < frames; ++number)
            {
                fill(frame, index * 1'000'000 + number);
                require(daoShmImage2Shm(frame.data(), size, own), "publish");
            }
        });
    for (std::thread &thread : threads)
        thread.join();
    EXPECT_EQ(daoShmGetCounter(image), 4 * frames);
    Frame read(size);
    require(daoShmReadNewest(image, read.data(), size, nullptr, nullptr), "read");
    EXPECT_TRUE(is_whole(read.data(), size));
}

}
