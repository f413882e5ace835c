// What a frame that was given up leaves to the next one: nothing. Its id, its slice and its time are not the next frame's.
#include "child.hpp"
#include "image.hpp"
#include "role.hpp"
#include "segment_name.hpp"

#include <gtest/gtest.h>
#include <thread>

namespace
{

using namespace test;

constexpr uint32_t size = 20;
constexpr int64_t long_ago_ns = 1'700'000'000'000'000'000;

IMAGE_METADATA &last(Image &image)
{
    return image->md[image->md->fifo_last_written];
}

// As a program does that gives its frame an id, a slice and a time in the slot itself.
void begin_described(Image &image, uint32_t depth)
{
    void *slot = nullptr;
    require(daoShmLoanBegin(image, &slot), "begin");
    IMAGE_METADATA &next = image->md[(image->md->fifo_last_written + 1) % depth];
    next.cnt1 = 55;
    next.cnt2 = 666;
    next.atime.tsfixed.secondlong = long_ago_ns;
}

int play_describing_writer(const Arguments &arguments)
{
    Image image;
    image.open(arguments.at(0));
    begin_described(image, static_cast<uint32_t>(std::stoul(arguments.at(1))));
    say("described");
    std::this_thread::sleep_for(std::chrono::seconds(60));
    return 0;
}

const Role describing_writer("describing-writer", play_describing_writer);

class GivenUp : public testing::TestWithParam<uint32_t>
{
  protected:
    void SetUp() override
    {
        image_.create(name_.text(), {size}, _DATATYPE_UINT32, depth());
        for (uint64_t number = 1; number <= depth() + 1; ++number) // no slot is new
        {
            require(daoShmSetFrameId(image_, 100 + number), "id");
            publish(image_);
        }
    }
    uint32_t depth() const { return GetParam(); }
    void publish(Image &image)
    {
        const uint32_t frame[size] = {};
        require(daoShmSetData(image, frame, size), "publish");
    }
    // The next frame of an image.
    void expect_nothing_of_it(Image &image)
    {
        const uint64_t id = last(image).cnt2;
        publish(image);
        EXPECT_EQ(last(image).cnt1, 0u);
        EXPECT_EQ(last(image).cnt2, id) << "goes on from the last frame";
        EXPECT_GT(last(image).atime.tsfixed.secondlong, long_ago_ns + 1'000'000'000);
    }

    SegmentName name_;
    Image image_;
};

INSTANTIATE_TEST_SUITE_P(Depths, GivenUp, testing::Values(2u, 3u, 7u), testing::PrintToStringParamName());

TEST_P(GivenUp, ByAnAbortLeavesNothingToTheSameWriter)
{
    begin_described(image_, depth());
    require(daoShmLoanAbort(image_), "abort");
    expect_nothing_of_it(image_);
}

TEST_P(GivenUp, ByAnAbortLeavesNothingToAnotherWriter)
{
    Image other;
    other.open(name_.text());
    begin_described(image_, depth());
    require(daoShmLoanAbort(image_), "abort");
    expect_nothing_of_it(other);
}

TEST_P(GivenUp, ByAKilledWriterLeavesNothingToTheNext)
{
    for (const bool by_hand : {false, true})
    {
        Child child("describing-writer", {name_.text(), std::to_string(depth())});
        ASSERT_EQ(child.line(), "described");
        child.kill();
        (void)child.wait();
        if (by_hand)
            require(daoShmUnlock(image_, 0), "unlock");
        expect_nothing_of_it(image_);
    }
}

// A frame that was given up is in the only slot: a new time for the last frame makes none of it.
TEST(GivenUpInTheOnlySlot, IsNoFrameByATimeStamp)
{
    SegmentName name;
    Image image;
    image.create(name.text(), {size}, _DATATYPE_UINT32, 1);
    const uint32_t frame[size] = {};
    require(daoShmSetData(image, frame, size), "publish");
    void *slot = nullptr;
    require(daoShmLoanBegin(image, &slot), "begin");
    require(daoShmLoanAbort(image), "abort");
    require(daoShmTimestampShm(image), "time stamp");
    uint32_t found[size];
    EXPECT_EQ(daoShmReadNewest(image, found, size, nullptr, nullptr), DAO_NOTREADY);
    EXPECT_EQ(daoShmGetCounter(image), 1u);
    require(daoShmSetData(image, frame, size), "publish");
    EXPECT_EQ(daoShmGetCounter(image), 2u);
}

// What a program sets once the frame was given up is the next frame's.
TEST_P(GivenUp, LeavesRoomForWhatAProgramSetsAfterIt)
{
    begin_described(image_, depth());
    require(daoShmLoanAbort(image_), "abort");
    IMAGE_METADATA &next = image_->md[(image_->md->fifo_last_written + 1) % depth()];
    next.cnt1 = 4;
    next.cnt2 = 44;
    next.atime.tsfixed.secondlong = long_ago_ns;
    publish(image_);
    EXPECT_EQ(last(image_).cnt1, 4u);
    EXPECT_EQ(last(image_).cnt2, 44u);
    EXPECT_EQ(last(image_).atime.tsfixed.secondlong, long_ago_ns);
}

}
