// What a program sets in the next slot's metadata itself, before the frame is published.
#include "frames.hpp"
#include "image.hpp"
#include "segment_name.hpp"

#include <functional>
#include <gtest/gtest.h>
#include <ostream>

namespace
{

using namespace test;

constexpr uint32_t size = 8;

using Publish = std::function<void(IMAGE *, Frame &)>;
struct Way
{
    const char *name;
    Publish publish;

    friend void PrintTo(const Way &value, std::ostream *out) { *out << value.name; }
};

void finalise(IMAGE *image, Frame &)
{
    require(daoShmImagePart2ShmFinalize(image), "finalise");
}

const std::vector<Way> ways = {
    {"Publish", [](IMAGE *i, Frame &f) { require(daoShmImage2Shm(f.data(), size, i), "publish"); }},
    {"PublishPart", [](IMAGE *i, Frame &f) { require(daoShmImage2Shm(f.data(), 3, i), "publish"); }},
    {"Finalise", finalise},
    {"Loan",
     [](IMAGE *i, Frame &) {
         void *slot = nullptr;
         require(daoShmLoanBegin(i, &slot), "begin");
         require(daoShmLoanCommit(i), "commit");
     }},
    {"Quiet",
     [](IMAGE *i, Frame &f) {
         require(daoShmImage2ShmQuiet(f.data(), size, i), "quiet");
         finalise(i, f);
     }},
    {"Packets",
     [](IMAGE *i, Frame &f) {
         for (uint16_t packet = 0; packet < 2; ++packet)
             require(daoShmImagePart2Shm(reinterpret_cast<char *>(&f[packet * 4u]), 4, i, packet * 4u, packet, 2, 1),
                     "packet");
         finalise(i, f);
     }},
};

class DirectFields : public testing::TestWithParam<std::tuple<Way, uint32_t>>
{
  protected:
    void SetUp() override { image_.create(name_.text(), {size}, _DATATYPE_UINT32, depth()); }
    uint32_t depth() const { return std::get<1>(GetParam()); }
    IMAGE_METADATA &next() { return image_->md[(image_->md->fifo_last_written + 1) % depth()]; }
    IMAGE_METADATA &last() { return image_->md[image_->md->fifo_last_written]; }
    void publish() { std::get<0>(GetParam()).publish(image_, frame_); }

    SegmentName name_;
    Image image_;
    Frame frame_ = Frame(size);
};

INSTANTIATE_TEST_SUITE_P(Ways, DirectFields, testing::Combine(testing::ValuesIn(ways), testing::Values(2u, 4u)),
                         [](const auto &row) {
                             return std::string(std::get<0>(row.param).name) + "Depth" +
                                    std::to_string(std::get<1>(row.param));
                         });

TEST_P(DirectFields, StayAsTheProgramSetThem)
{
    for (uint64_t number = 1; number <= 3 * depth(); ++number)
    {
        next().cnt2 = 1000 + number;
        next().cnt1 = number % 3;
        next().atime.tsfixed.secondlong = static_cast<int64_t>(1'700'000'000'000'000'000 + number);
        publish();
        EXPECT_EQ(last().cnt0, number);
        EXPECT_EQ(last().cnt2, 1000 + number);
        EXPECT_EQ(last().cnt1, number % 3);
        EXPECT_EQ(last().atime.tsfixed.secondlong, static_cast<int64_t>(1'700'000'000'000'000'000 + number));
    }
}

// Counters begin anew with a reuse: what was noted of a frame says nothing of a later one with its number.
TEST_P(DirectFields, OfASegmentThatWasMadeAgainAreNobodys)
{
    for (uint32_t number = 0; number < depth(); ++number)
        publish();
    Image other;
    other.create(name_.text(), {size}, _DATATYPE_UINT32, depth());
    for (uint32_t number = 1; number <= depth(); ++number)
    {
        require(daoShmSetFrameId(other, 100 + number), "frame id");
        require(daoShmSetAcquisitionTime(other, number), "time");
        require(daoShmImage2Shm(frame_.data(), size, other), "publish");
    }
    publish();
    EXPECT_EQ(last().cnt0, depth() + 1u);
    EXPECT_EQ(last().cnt2, 100u + depth()) << "goes on";
    EXPECT_GT(last().atime.tsfixed.secondlong, 1'700'000'000'000'000'000);
}

TEST_P(DirectFields, EachStaysWithoutTheOthers)
{
    require(daoShmSetFrameId(image_, 7), "frame id");
    publish();
    next().cnt1 = 5;
    publish();
    EXPECT_EQ(last().cnt1, 5u);
    EXPECT_EQ(last().cnt2, 7u) << "goes on";
    EXPECT_GT(last().atime.tsfixed.secondlong, 1'600'000'000'000'000'000) << "the time of the publish";
    next().cnt2 = 9;
    publish();
    EXPECT_EQ(last().cnt1, 5u);
    EXPECT_EQ(last().cnt2, 9u);
    for (uint32_t frame = 0; frame < 2 * depth(); ++frame)
        publish();
    EXPECT_EQ(last().cnt2, 9u);
}

// However often in all: each time it is one, not of a program that sets it for each frame.
TEST_P(DirectFields, ThatAreSetNowAndThenGoOn)
{
    for (const uint64_t value : {9u, 11u, 13u, 15u})
    {
        next().cnt1 = value + 100;
        next().cnt2 = value;
        for (uint32_t frame = 0; frame < 4 * depth(); ++frame)
        {
            publish();
            EXPECT_EQ(last().cnt1, value + 100) << frame;
            EXPECT_EQ(last().cnt2, value) << frame;
        }
    }
}

// A flag equals what is there every other time, or each time; all frames after the first few have it.
TEST_P(DirectFields, ThatAreFlagsStay)
{
    for (const uint64_t period : {2u, 3u, 4u})
        for (uint64_t number = 1; number <= 40; ++number)
        {
            next().cnt1 = next().cnt2 = number % period;
            publish();
            if (number <= 2 * depth() + 2)
                continue;
            EXPECT_EQ(last().cnt1, number % period) << number << " of period " << period;
            EXPECT_EQ(last().cnt2, number % period) << number << " of period " << period;
        }
}

TEST_P(DirectFields, GiveWayToTheCallsThatSetThem)
{
    next().cnt2 = 1;
    next().atime.tsfixed.secondlong = 5;
    require(daoShmSetFrameId(image_, 2), "frame id");
    require(daoShmSetAcquisitionTime(image_, 6), "acquisition time");
    publish();
    EXPECT_EQ(last().cnt2, 2u);
    EXPECT_EQ(last().atime.tsfixed.secondlong, 6);
}

TEST_P(DirectFields, ThatAnotherWriterLeftAreNotTakenForTheProgramsOwn)
{
    Image other;
    other.open(name_.text());
    Frame frame(size);
    for (uint64_t number = 1; number <= 20; ++number)
    {
        require(daoShmSetFrameId(other, number), "frame id");
        require(daoShmSetAcquisitionTime(other, static_cast<int64_t>(number)), "acquisition time");
        require(daoShmImage2Shm(frame.data(), size, other), "publish");
        publish();
        EXPECT_EQ(last().cnt2, number) << "goes on";
        EXPECT_GT(last().atime.tsfixed.secondlong, 1'600'000'000'000'000'000) << "the time of the publish";
    }
}

TEST_P(DirectFields, StayWhereAnotherHandleWritesInTurn)
{
    Image other;
    other.open(name_.text());
    Frame frame(size);
    for (uint64_t number = 1; number <= 3 * depth(); ++number)
    {
        next().cnt2 = 100 + number;
        next().atime.tsfixed.secondlong = static_cast<int64_t>(1000 + number);
        publish();
        EXPECT_EQ(last().cnt2, 100 + number);
        EXPECT_EQ(last().atime.tsfixed.secondlong, static_cast<int64_t>(1000 + number));
        require(daoShmImage2Shm(frame.data(), size, other), "publish");
        EXPECT_EQ(last().cnt2, 100 + number) << "goes on";
        EXPECT_GT(last().atime.tsfixed.secondlong, 1'600'000'000'000'000'000) << "the time of the publish";
    }
}

// The frame in the next slot can be read until the slot is written.
TEST_P(DirectFields, OfAFrameThatCanStillBeReadAreNotTouched)
{
    for (uint64_t number = 1; number <= depth(); ++number)
    {
        next().cnt2 = 100 + number;
        publish();
    }
    const IMAGE_METADATA &oldest = next();
    EXPECT_EQ(oldest.cnt0, 1u);
    EXPECT_EQ(oldest.cnt2, 101u);
    EXPECT_EQ(oldest.write, 0);
}

TEST(DirectFieldsOfPackets, MayBeSetBetweenThePacketsAndTheEnd)
{
    SegmentName name;
    Image image, other;
    image.create(name.text(), {size}, _DATATYPE_UINT32, 3);
    other.open(name.text());
    Frame frame(size);
    for (uint64_t number = 1; number <= 7; ++number)
    {
        require(daoShmImagePart2Shm(reinterpret_cast<char *>(frame.data()), size, image, 0, 0, 1, number), "packet");
        const uint32_t slot = (image->md->fifo_last_written + 1) % 3;
        image->md[slot].cnt2 = 50 + number;
        require(daoShmImagePart2ShmFinalize(number % 2 == 0 ? other : image), "finalise");
        EXPECT_EQ(image->md[slot].cnt2, 50 + number);
    }
}

}
