// Frames put together from packets, by one and by several threads.
#include "frames.hpp"
#include "image.hpp"
#include "segment_name.hpp"
#include "timing.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace
{

using namespace test;

constexpr uint32_t packet_size = 64;
constexpr uint16_t packet_total = 16;
constexpr uint32_t frame_size = packet_size * packet_total;

class Packets : public testing::TestWithParam<std::tuple<int, uint32_t>>
{
  protected:
    void SetUp() override
    {
        image_.create(name_.text(), {packet_total, packet_size}, _DATATYPE_UINT32, depth(), 0, shared());
    }
    int shared() const { return std::get<0>(GetParam()); }
    uint32_t depth() const { return std::get<1>(GetParam()); }

    int_fast8_t put(IMAGE *image, Frame &frame, uint16_t packet, uint64_t number)
    {
        return daoShmImagePart2Shm(reinterpret_cast<char *>(&frame[packet * packet_size]), packet_size, image,
                                   packet * packet_size, packet, packet_total, number);
    }

    // Calls `work` with 0 to `count` - 1, each in a thread of its own.
    template <class Work>
    static void in_threads(unsigned count, const Work &work)
    {
        std::vector<std::thread> workers;
        for (unsigned worker = 0; worker < count; ++worker)
            workers.emplace_back([&work, worker] { work(worker); });
        for (std::thread &worker : workers)
            worker.join();
    }

    // Every so manieth packet, beginning with the worker's own number.
    void put_share(IMAGE *image, unsigned worker, unsigned workers, uint64_t number)
    {
        for (unsigned packet = worker; packet < packet_total; packet += workers)
            EXPECT_EQ(put(image, frame_, static_cast<uint16_t>(packet), number), DAO_SUCCESS) << daoLastErrorMessage();
    }

    SegmentName name_;
    Image image_;
    Frame frame_ = Frame(frame_size);
    Frame read_ = Frame(frame_size);
};

TEST_P(Packets, AreAFrameOnceFinalised)
{
    for (uint64_t number = 1; number <= 5; ++number)
    {
        fill(frame_, number);
        uint64_t counter = 0;
        for (uint16_t packet = 0; packet < packet_total; ++packet)
        {
            const auto id = static_cast<uint16_t>(packet_total - 1 - packet);
            ASSERT_EQ(put(image_, frame_, id, 1000 + number), DAO_SUCCESS);
            const IMAGE_METADATA &slot = image_->md[(number - 1) % depth()];
            EXPECT_EQ(slot.write, 1);
            EXPECT_EQ(slot.lastPos, id * packet_size);
            EXPECT_EQ(slot.lastNb, packet_size);
            EXPECT_EQ(slot.packetNb, id);
            EXPECT_EQ(slot.packetTotal, packet_total);
            EXPECT_EQ(slot.lastNbArray[id], 1000 + number);
            EXPECT_EQ(daoShmGetCounter(image_), number - 1);
        }
        if (shared())
        {
            EXPECT_EQ(image_.info().writing, 1u);
            EXPECT_EQ(image_.info().frame_broken, 0u);
        }
        ASSERT_EQ(daoShmImagePart2ShmFinalize(image_), DAO_SUCCESS);
        ASSERT_EQ(daoShmReadNewest(image_, read_.data(), frame_size, &counter, nullptr), DAO_SUCCESS);
        EXPECT_EQ(counter, number);
        EXPECT_TRUE(is_frame(read_, number));
        EXPECT_EQ(image_->md[(number - 1) % depth()].write, 0);
        EXPECT_EQ(image_.info().writing, 0u);
    }
}

TEST_P(Packets, OfAnUnfinishedFrameAreNotRead)
{
    fill(frame_, 1);
    require(daoShmImage2Shm(frame_.data(), frame_size, image_), "publish");
    fill(frame_, 2);
    require(put(image_, frame_, 0, 2), "packet");
    uint64_t counter = 0;
    const int_fast8_t status = daoShmReadNewest(image_, read_.data(), frame_size, &counter, nullptr);
    if (depth() == 1)
    {
        EXPECT_EQ(status, DAO_NOTREADY);
    }
    else
    {
        EXPECT_EQ(status, DAO_SUCCESS);
        EXPECT_EQ(counter, 1u);
        EXPECT_TRUE(is_frame(read_, 1));
    }
    EXPECT_EQ(daoShmWaitForFrame(image_, 1, 10 * millisecond_ns), DAO_TIMEOUT);
    // No other way to write may mix with the packets.
    fill(frame_, 3);
    void *slot = nullptr;
    EXPECT_EQ(daoShmImage2Shm(frame_.data(), frame_size, image_), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_STATE);
    EXPECT_EQ(daoShmLoanBegin(image_, &slot), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_STATE);
    EXPECT_EQ(daoShmImage2ShmQuiet(frame_.data(), frame_size, image_), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_STATE);
    EXPECT_EQ(daoShmTimestampShm(image_), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_STATE);
    Image input;
    input.create("input", {packet_total, packet_size}, _DATATYPE_UINT32, 1, 0, 0);
    IMAGE *inputs[] = {input};
    EXPECT_EQ(daoShmCombineShm2Shm(inputs, image_, 1, frame_size), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_STATE);
    EXPECT_EQ(daoShmGetCounter(image_), 1u);
    require(daoShmImagePart2ShmFinalize(image_), "finalise");
    require(daoShmImage2Shm(frame_.data(), frame_size, image_), "publish");
    require(daoShmReadNewest(image_, read_.data(), frame_size, &counter, nullptr), "read");
    EXPECT_EQ(counter, 3u);
    EXPECT_TRUE(is_frame(read_, 3));
}

TEST(PacketsOfARollingBuffer, AreNotMixedWithSlices)
{
    SegmentName name;
    Image image;
    image.create(name.text(), {4, 2, 2}, _DATATYPE_UINT32, 3);
    Frame slice(4, 9), frame(16, 7), read(16);
    const auto put = [&](uint16_t id) {
        return daoShmImagePart2Shm(reinterpret_cast<char *>(&frame[id * 8]), 8, image, id * 8u, id, 2, 1);
    };
    require(daoShmWriteSlice(image, slice.data(), 4), "slice");
    require(put(0), "packet");
    EXPECT_EQ(daoShmWriteSlice(image, slice.data(), 4), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_STATE) << daoLastErrorMessage();
    require(put(1), "packet");
    require(daoShmImagePart2ShmFinalize(image), "finalise");
    require(daoShmReadNewest(image, read.data(), 16, nullptr, nullptr), "read");
    EXPECT_EQ(read, frame);
    EXPECT_EQ(daoShmWriteSlice(image, slice.data(), 4), DAO_SUCCESS) << daoLastErrorMessage();
}

TEST_P(Packets, FromSeveralThreadsThroughOneImage)
{
    constexpr unsigned threads = 4;
    for (uint64_t number = 1; number <= 200; ++number)
    {
        fill(frame_, number);
        in_threads(threads, [&](unsigned worker) { put_share(image_, worker, threads, number); });
        ASSERT_EQ(daoShmImagePart2ShmFinalize(image_), DAO_SUCCESS);
        uint64_t counter = 0;
        ASSERT_EQ(daoShmReadNewest(image_, read_.data(), frame_size, &counter, nullptr), DAO_SUCCESS);
        ASSERT_EQ(counter, number);
        ASSERT_TRUE(is_frame(read_, number));
    }
}

// A thread finalises while others begin the next frame, through the same IMAGE.
TEST_P(Packets, MayBeginTheNextFrameBesideTheFinaliser)
{
    constexpr uint64_t frames = 300;
    for (uint64_t number = 1; number <= frames; ++number)
    {
        in_threads(2, [&](unsigned worker) { put_share(image_, worker, 2, number); });
        in_threads(2, [&](unsigned worker) {
            if (worker == 0)
                EXPECT_EQ(daoShmImagePart2ShmFinalize(image_), DAO_SUCCESS) << daoLastErrorMessage();
            else
                EXPECT_EQ(put(image_, frame_, 0, number + 1), DAO_SUCCESS) << daoLastErrorMessage();
        });
    }
    EXPECT_EQ(daoShmGetCounter(image_), frames);
}

// The first write of a process in a segment draws its token: here several threads at once.
TEST_P(Packets, OfTheFirstFrameMayComeFromSeveralThreads)
{
    constexpr unsigned threads = 4;
    for (uint64_t number = 1; number <= 50; ++number)
    {
        SegmentName name;
        Image image;
        image.create(name.text(), {packet_total, packet_size}, _DATATYPE_UINT32, depth(), 0, shared());
        fill(frame_, number);
        std::atomic<unsigned> ready{0};
        in_threads(threads, [&](unsigned worker) {
            for (++ready; ready < threads;)
                std::this_thread::yield();
            put_share(image, worker, threads, number);
        });
        ASSERT_EQ(daoShmImagePart2ShmFinalize(image), DAO_SUCCESS);
        ASSERT_EQ(daoShmReadNewest(image, read_.data(), frame_size, nullptr, nullptr), DAO_SUCCESS);
        ASSERT_TRUE(is_frame(read_, number));
    }
}

TEST_P(Packets, FromSeveralThreadsEachWithItsOwnImage)
{
    if (!shared())
        GTEST_SKIP() << "a private image has one handle";
    constexpr unsigned threads = 4;
    for (uint64_t number = 1; number <= 100; ++number)
    {
        fill(frame_, number);
        in_threads(threads, [&](unsigned worker) {
            Image own;
            own.open(name_.text());
            put_share(own, worker, threads, number);
        });
        ASSERT_EQ(daoShmImagePart2ShmFinalize(image_), DAO_SUCCESS);
        ASSERT_EQ(daoShmReadNewest(image_, read_.data(), frame_size, nullptr, nullptr), DAO_SUCCESS);
        ASSERT_TRUE(is_frame(read_, number));
    }
    EXPECT_EQ(daoShmGetCounter(image_), 100u);
}

TEST_P(Packets, MayBeNumberedFrom1AndWithoutATotal)
{
    for (uint64_t number = 1; number <= 3; ++number)
    {
        fill(frame_, number);
        for (uint16_t packet = 0; packet < packet_total; ++packet)
        {
            const auto id = static_cast<uint16_t>(packet + 1);
            const uint16_t total = number == 2 ? 0 : packet_total;
            ASSERT_EQ(daoShmImagePart2Shm(reinterpret_cast<char *>(&frame_[packet * packet_size]), packet_size, image_,
                                          packet * packet_size, id, total, number),
                      DAO_SUCCESS)
                << daoLastErrorMessage();
            const uint32_t slot = (image_->md->fifo_last_written + 1) % depth();
            EXPECT_EQ(image_->md[slot].packetNb, id);
            EXPECT_EQ(image_->md[slot].packetTotal, total);
            EXPECT_EQ(image_->md[slot].lastNbArray[id], number);
        }
        ASSERT_EQ(daoShmImagePart2ShmFinalize(image_), DAO_SUCCESS);
        ASSERT_EQ(daoShmReadNewest(image_, read_.data(), frame_size, nullptr, nullptr), DAO_SUCCESS);
        EXPECT_TRUE(is_frame(read_, number));
    }
}

// The table ends with 511; what lies behind it in the metadata must stay.
TEST_P(Packets, MayBeMoreThanTheTableHolds)
{
    fill(frame_, 1);
    const uint32_t newest = image_->md->fifo_last_written;
    for (const uint16_t id :
         {uint16_t{511}, uint16_t{512}, uint16_t{513}, uint16_t{1024}, uint16_t{2023}, uint16_t{2024}, uint16_t{65535}})
    {
        EXPECT_EQ(daoShmImagePart2Shm(reinterpret_cast<char *>(&frame_[id % 8]), 1, image_, id % 8, id, 2024, 42),
                  DAO_SUCCESS)
            << daoLastErrorMessage();
        EXPECT_EQ(image_->md[0].packetNb, id);
        EXPECT_EQ(image_->array.UI32[id % 8], frame_[id % 8]);
    }
    EXPECT_EQ(image_->md[0].lastNbArray[511], 42u);
    EXPECT_EQ(image_->md->fifo_size, depth());
    EXPECT_EQ(image_->md->fifo_last_written, newest);
    EXPECT_EQ(daoShmImagePart2ShmFinalize(image_), DAO_SUCCESS);
}

// Where the data belongs is said by its position alone; DAO does not compare the number with the total either.
TEST_P(Packets, MayBeNumberedAboveTheTotal)
{
    fill(frame_, 1);
    for (uint16_t packet = 0; packet < packet_total; ++packet)
        ASSERT_EQ(daoShmImagePart2Shm(reinterpret_cast<char *>(&frame_[packet * packet_size]), packet_size, image_,
                                      packet * packet_size, static_cast<uint16_t>(packet + 5), packet_total - 1, 42),
                  DAO_SUCCESS)
            << daoLastErrorMessage();
    ASSERT_EQ(daoShmImagePart2ShmFinalize(image_), DAO_SUCCESS);
    ASSERT_EQ(daoShmReadNewest(image_, read_.data(), frame_size, nullptr, nullptr), DAO_SUCCESS);
    EXPECT_TRUE(is_frame(read_, 1));
    EXPECT_EQ(image_->md[0].lastNbArray[packet_total + 4], 42u);
}

TEST_P(Packets, MayBeEmptyAtTheEndOfTheFrame)
{
    fill(frame_, 1);
    EXPECT_EQ(daoShmImagePart2Shm(reinterpret_cast<char *>(frame_.data()), 1, image_, frame_size - 1, 511, 512, 42),
              DAO_SUCCESS);
    EXPECT_EQ(image_->md[0].lastPos, frame_size - 1);
    EXPECT_EQ(daoShmImagePart2ShmFinalize(image_), DAO_SUCCESS);
    EXPECT_EQ(daoShmImagePart2Shm(reinterpret_cast<char *>(frame_.data()), 0, image_, frame_size, 0, 1, 43),
              DAO_SUCCESS);
    EXPECT_EQ(daoShmImagePart2ShmFinalize(image_), DAO_SUCCESS);
}

INSTANTIATE_TEST_SUITE_P(Segments, Packets, testing::Combine(testing::Values(1, 0), testing::Values(1u, 3u)),
                         [](const auto &row) {
                             return std::string(std::get<0>(row.param) ? "Shared" : "Private") + "Depth" +
                                    std::to_string(std::get<1>(row.param));
                         });

}
