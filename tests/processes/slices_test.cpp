// Rolling buffers: a slice after another, round the end.
#include "frames.hpp"
#include "image.hpp"
#include "segment_name.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace
{

using namespace test;

TEST(Slices, BeginAnewInASegmentThatIsMadeAgain)
{
    SegmentName name;
    Image image;
    image.create(name.text(), {4, 2, 5}, _DATATYPE_UINT32, 2);
    const Frame slice(10, 1u), frame(40, 2u);
    for (int count = 0; count < 2; ++count)
        require(daoShmWriteSlice(image, slice.data(), 10), "slice");
    require(daoShmCloseShm(image), "close");
    image.create(name.text(), {4, 2, 5}, _DATATYPE_UINT32, 2);
    require(daoShmSetData(image, frame.data(), 40), "a frame that is none of slices");
    require(daoShmWriteSlice(image, slice.data(), 10), "slice");
    DAO_FRAME found = DAO_FRAME_INIT;
    require(daoShmGetNewestFrame(image, &found), "frame");
    EXPECT_EQ(found.cnt1, 0u);
}

// As a program does that begins anew by hand.
TEST(Slices, BeginAnewWhereThereIsNoFrameAnyMore)
{
    SegmentName name;
    Image image;
    image.create(name.text(), {4, 2, 5}, _DATATYPE_UINT32, 1);
    const Frame slice(10, 1u);
    for (int count = 0; count < 2; ++count)
        require(daoShmWriteSlice(image, slice.data(), 10), "slice");
    EXPECT_EQ(image->md->cnt1, 1u);
    image->md->cnt0 = 0;
    require(daoShmWriteSlice(image, slice.data(), 10), "slice");
    EXPECT_EQ(image->md->cnt1, 0u);
}

TEST(Slices, FillARollingBufferAndWrap)
{
    for (const uint32_t depth : {1u, 3u})
    {
        SegmentName name;
        Image image;
        image.create(name.text(), {4, 2, 5}, _DATATYPE_UINT32, depth);
        Frame expected(40);
        for (uint32_t number = 1; number <= 11; ++number)
        {
            const Frame slice(10, number);
            const uint32_t index = (number - 1) % 4;
            std::copy(slice.begin(), slice.end(), expected.begin() + index * 10);
            ASSERT_EQ(daoShmWriteSlice(image, slice.data(), 10), DAO_SUCCESS);
            Frame read(40);
            DAO_FRAME found = DAO_FRAME_INIT;
            require(daoShmReadNewest(image, read.data(), 40, nullptr, nullptr), "read");
            require(daoShmGetFrame(image, &found), "frame");
            EXPECT_EQ(read, expected);
            EXPECT_EQ(found.cnt1, index);
            EXPECT_EQ(found.cnt0, number);
        }
    }
}

}
