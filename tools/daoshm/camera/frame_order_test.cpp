#include "camera/frame_order.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace daoshm
{

namespace
{

/// The ids of frames with the camera's ids, and how many were skipped.
std::pair<std::vector<uint64_t>, uint64_t> continued(bool may_wrap_16_bits, const std::vector<uint64_t> &camera_ids)
{
    FrameId frame_id(may_wrap_16_bits);
    std::vector<uint64_t> ids;
    for (const uint64_t id : camera_ids)
        ids.push_back(frame_id.next(id));
    return {ids, frame_id.skipped()};
}

using Continued = std::pair<std::vector<uint64_t>, uint64_t>;

}

TEST(FrameOrder, IdsGoOnWhereTheCounterOf16BitsBeginsAgain)
{
    EXPECT_EQ(continued(true, {65534, 65535, 1, 2}), Continued({65534, 65535, 65536, 65537}, 0));
    EXPECT_EQ(continued(true, {65534, 1}), Continued({65534, 65536}, 1)) << "65535 is missing";
}

TEST(FrameOrder, TheCounterMayBeginAgainFrom0)
{
    EXPECT_EQ(continued(true, {65534, 65535, 0, 1}), Continued({65534, 65535, 65536, 65537}, 0));
    EXPECT_EQ(continued(true, {65534, 0, 1}), Continued({65534, 65536, 65537}, 1));
}

TEST(FrameOrder, IdsNeverRepeatWhateverTheCameraCounts)
{
    EXPECT_EQ(continued(false, {0, 0, 0}), Continued({0, 1, 2}, 0)) << "none";
    EXPECT_EQ(continued(false, {9, 10, 1, 3}), Continued({9, 10, 11, 13}, 1)) << "it was started again";
}

}
