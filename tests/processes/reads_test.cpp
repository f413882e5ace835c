// Reads before the first frame, and of a reader that the writer lapped.
#include "frames.hpp"
#include "image.hpp"
#include "segment_name.hpp"

#include <atomic>
#include <gtest/gtest.h>

namespace
{

using namespace test;

TEST(Reads, BeforeTheFirstFrameGiveZerosOrAreNotReady)
{
    for (const uint32_t depth : {1u, 4u})
    {
        SegmentName name;
        Image image;
        image.create(name.text(), {3}, _DATATYPE_UINT32, depth);
        uint32_t data[3] = {9, 9, 9};
        uint64_t counter = 99;
        EXPECT_EQ(daoShmReadNext(image, data, 3, &counter, nullptr, nullptr), DAO_NOTREADY);
        EXPECT_EQ(daoShmReadLast(image, data, 1, &counter), DAO_NOTREADY);
        EXPECT_EQ(daoLastErrorCode(), DAO_E_NOT_READY);
        EXPECT_EQ(counter, 99u);
        EXPECT_EQ(data[0], 9u);
        EXPECT_EQ(daoShmReadNewest(image, data, 3, &counter, nullptr), DAO_SUCCESS);
        EXPECT_EQ(counter, 0u);
        EXPECT_EQ(data[0] | data[1] | data[2], 0u);
        void *slot = nullptr;
        uint32_t index = 99;
        EXPECT_EQ(daoShmGetNewestSegment(image, &slot, &index, &counter), DAO_SUCCESS);
        EXPECT_EQ(index, depth - 1);
        EXPECT_EQ(counter, 0u);
        DAO_FRAME found = DAO_FRAME_INIT;
        Image fresh;
        fresh.open(name.text());
        EXPECT_EQ(daoShmGetFrame(fresh, &found), DAO_NOTREADY);
    }
}

// A program counted in the metadata itself: what it skipped was never there, and no writer was too fast for it.
TEST(Reads, FramesThatACountSkippedAreNotReady)
{
    SegmentName name;
    Image image;
    image.create(name.text(), {3}, _DATATYPE_UINT32, 4);
    uint32_t data[12] = {};
    for (int number = 0; number < 2; ++number)
        require(daoShmImage2Shm(data, 3, image), "publish");
    std::atomic_ref<uint64_t>(image->md[image->md->fifo_last_written].cnt0).store(100);
    uint64_t first = 0;
    EXPECT_EQ(daoShmReadLast(image, data, 1, &first), DAO_SUCCESS);
    EXPECT_EQ(first, 100u);
    EXPECT_EQ(daoShmReadLast(image, data, 2, &first), DAO_NOTREADY) << daoLastErrorMessage();
    EXPECT_EQ(first, 100u);
}

TEST(Reads, OfSeveralFramesThatFailLeaveTheFrameReadLast)
{
    SegmentName name;
    Image image;
    image.create(name.text(), {3}, _DATATYPE_UINT32, 4);
    uint32_t data[6] = {};
    const auto publish = [&] { require(daoShmImage2Shm(data, 3, image), "publish"); };
    publish();
    require(daoShmReadNewest(image, data, 3, nullptr, nullptr), "read");
    publish();
    publish();
    std::atomic_ref<uint8_t>(image->md[image->md->fifo_last_written].write).store(1);
    EXPECT_EQ(daoShmReadLast(image, data, 2, nullptr), DAO_NOTREADY); // frame 2 was copied, 3 could not be
    DAO_FRAME found = DAO_FRAME_INIT;
    require(daoShmGetFrame(image, &found), "frame");
    EXPECT_EQ(found.cnt0, 1u);
    EXPECT_EQ(daoShmCheckSegmentOverwrite(image), DAO_SUCCESS);
}

TEST(Reads, ALappedReaderIsToldHowManyItMissed)
{
    for (const uint32_t depth : {1u, 2u, 4u, 8u})
    {
        SegmentName name;
        Image image, reader;
        image.create(name.text(), {50}, _DATATYPE_UINT32, depth);
        reader.open(name.text());
        Frame frame(50), read(50);
        for (uint64_t number = 1; number <= 3 * depth + 1; ++number)
        {
            fill(frame, number);
            require(daoShmImage2Shm(frame.data(), 50, image), "publish");
        }
        const uint64_t newest = 3 * depth + 1;
        uint64_t counter = 0, missed = 0;
        ASSERT_EQ(daoShmReadNext(reader, read.data(), 50, &counter, nullptr, &missed), DAO_OVERWRITE);
        EXPECT_EQ(daoLastErrorCode(), DAO_E_OVERWRITE);
        EXPECT_EQ(missed, counter - 1);
        EXPECT_GT(counter, newest - depth);
        EXPECT_TRUE(is_frame(read, counter));
        while (counter < newest)
        {
            const uint64_t last = counter;
            ASSERT_EQ(daoShmReadNext(reader, read.data(), 50, &counter, nullptr, &missed), DAO_SUCCESS);
            EXPECT_EQ(counter, last + 1);
            EXPECT_EQ(missed, 0u);
            EXPECT_TRUE(is_frame(read, counter));
        }
        EXPECT_EQ(daoShmReadNext(reader, read.data(), 50, &counter, nullptr, &missed), DAO_NOTREADY);

        for (uint64_t number = 1; number <= 2 * depth + 1; ++number)
            require(daoShmImage2Shm(frame.data(), 50, image), "publish");
        void *slot = nullptr;
        ASSERT_EQ(daoShmGetNextSegment(reader, &slot, nullptr, &counter), DAO_OVERWRITE);
        EXPECT_EQ(counter, newest + 2 * depth + 1) << "the historic call goes on with the newest";
        require(daoShmImage2Shm(frame.data(), 50, image), "publish");
        EXPECT_EQ(daoShmResetTail(reader, nullptr, &counter), DAO_SUCCESS);
        EXPECT_EQ(counter, newest + 2 * depth + 2);
        EXPECT_EQ(daoShmGetNextSegment(reader, &slot, nullptr, &counter), DAO_NOTREADY);
    }
}

}
