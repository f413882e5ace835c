#include "subscriber/copy.hpp"

#include <gtest/gtest.h>

using namespace dao::net;

namespace
{

uint32_t depth_for(uint32_t depth, std::array<uint32_t, 3> shape)
{
    wire::FrameHeader header;
    header.geometry = {_DATATYPE_UINT8, 2, shape};
    header.depth = depth;
    return depth_of_copy(0, header);
}

}

TEST(Copy, IsAsDeepAsItsSource)
{
    EXPECT_EQ(depth_for(5, {10, 10, 0}), 5u);
    EXPECT_EQ(depth_for(1, {10, 10, 0}), 2u);
    EXPECT_EQ(depth_of_copy(7, {}), 7u);
}

TEST(Copy, OfSmallFramesIsNoDeeperThanMemoryAllows)
{
    EXPECT_EQ(depth_for(1u << 20, {1, 1, 0}), 4096u); // a stranger's header of some bytes must not take a gigabyte
    const uint64_t depth = depth_for(4096, {1000, 1000, 0});
    EXPECT_GT(depth, 1000u);
    EXPECT_LE(depth * (sizeof(IMAGE_METADATA) + 1'000'000), copy_limit_bytes);
    EXPECT_EQ(depth_for(1u << 20, {40'000, 40'000, 0}), 2u); // frames that are as large themselves
}
