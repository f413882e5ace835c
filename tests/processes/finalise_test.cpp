// What finalise publishes when other writers were at work in the slot since: what was put there for it, whole, or nothing.
#include "child.hpp"
#include "frames.hpp"
#include "image.hpp"
#include "role.hpp"
#include "segment_name.hpp"

#include <functional>
#include <gtest/gtest.h>
#include <thread>

namespace
{

using namespace test;

constexpr uint32_t size = 300;
constexpr uint32_t half = size / 2;

void publish(IMAGE *image, uint64_t number)
{
    Frame frame(size);
    fill(frame, number);
    require(daoShmSetData(image, frame.data(), size), "publish");
}

void write_quietly(IMAGE *image, uint64_t number)
{
    Frame frame(size);
    fill(frame, number);
    require(daoShmSetDataQuiet(image, frame.data(), size), "write quietly");
}

int_fast8_t put_packet(IMAGE *image, Frame &frame, uint16_t packet)
{
    return daoShmImagePart2Shm(reinterpret_cast<char *>(&frame[packet * half]), half, image, packet * half, packet, 2,
                               1);
}

// Begins a frame in the next slot, and leaves half of it there.
void scribble(IMAGE *image)
{
    void *slot = nullptr;
    require(daoShmLoanBegin(image, &slot), "begin");
    fill(static_cast<uint32_t *>(slot), half, 666);
}

void abort_a_loan(IMAGE *image)
{
    scribble(image);
    require(daoShmLoanAbort(image), "abort");
}

// Another process that begins a frame, and waits to be killed in the middle of it.
int play_half_writer(const Arguments &arguments)
{
    Image image;
    image.open(arguments.at(0));
    Frame frame(size);
    fill(frame, 666);
    if (arguments.at(1) == "packet")
        require(put_packet(image, frame, 0), "packet");
    else
        scribble(image);
    say("half");
    std::this_thread::sleep_for(std::chrono::seconds(60));
    return 0;
}

const Role half_writer("half-writer", play_half_writer);

void kill_in(const std::string &name, const char *what)
{
    Child child("half-writer", {name, what});
    ASSERT_EQ(child.line(), "half");
    child.kill();
    (void)child.wait();
}

class Finalise : public testing::TestWithParam<uint32_t>
{
  protected:
    void SetUp() override
    {
        image_.create(name_.text(), {size}, _DATATYPE_UINT32, depth());
        other_.open(name_.text());
        reader_.open(name_.text());
        publish(image_, 1);
        publish(image_, 2);
    }
    uint32_t depth() const { return GetParam(); }

    void expect_refused(IMAGE *image)
    {
        const uint64_t before = daoShmGetCounter(image);
        EXPECT_EQ(daoShmImagePart2ShmFinalize(image), DAO_ERROR);
        EXPECT_EQ(daoLastErrorCode(), DAO_E_STATE) << daoLastErrorMessage();
        EXPECT_EQ(daoShmGetCounter(image), before) << "nothing is published";
        EXPECT_EQ(reader_.info().writing, 0u) << "nor locked";
    }
    void expect_published(uint64_t number)
    {
        require(daoShmReadNewest(reader_, read_.data(), size, nullptr, nullptr), "read");
        EXPECT_TRUE(is_frame(read_, number)) << read_[0];
    }
    void finalise(IMAGE *image) { require(daoShmImagePart2ShmFinalize(image), "finalise"); }

    SegmentName name_;
    Image image_, other_, reader_;
    Frame read_ = Frame(size);
};

INSTANTIATE_TEST_SUITE_P(Depths, Finalise, testing::Values(1u, 2u, 5u), testing::PrintToStringParamName());

TEST_P(Finalise, AfterAnothersAbortedLoanIsRefusedUntilItIsWrittenAgain)
{
    write_quietly(image_, 3);
    abort_a_loan(other_);
    expect_refused(image_);
    expect_refused(image_); // trying again does not help
    write_quietly(image_, 4);
    finalise(image_);
    expect_published(4);
}

TEST_P(Finalise, AfterAKilledWriterIsRefusedUntilItIsWrittenAgain)
{
    for (const char *what : {"loan", "packet"})
    {
        write_quietly(image_, 3);
        kill_in(name_.text(), what);
        expect_refused(image_);
        write_quietly(image_, 4);
        finalise(image_);
        expect_published(4);
    }
}

TEST_P(Finalise, AfterALoanOfTheSameImageThatWasAbortedIsRefused)
{
    abort_a_loan(image_);
    expect_refused(image_);
    publish(image_, 3);
    expect_published(3);
}

// What a program stores in the slot itself cannot be seen: it is told once of what was there before.
TEST_P(Finalise, PublishesWhatTheProgramPutThereOnceItWasTold)
{
    const uint32_t slot = (image_->md->fifo_last_written + 1) % depth();
    abort_a_loan(other_);
    expect_refused(image_);
    fill(static_cast<uint32_t *>(image_->array.V) + slot * size, size, 3);
    finalise(image_);
    expect_published(3);
    abort_a_loan(other_);
    expect_refused(image_);
}

// As a program of DAO's that is started again after it was killed.
TEST_P(Finalise, PublishesWhatAProgramPutThereThatCameAfterTheFrameWasGivenUp)
{
    for (uint64_t number = 3; number < 6; ++number)
    {
        if (number == 4)
            abort_a_loan(other_);
        else
            kill_in(name_.text(), number == 3 ? "loan" : "packet");
        Image later;
        later.open(name_.text());
        const uint32_t slot = (later->md->fifo_last_written + 1) % depth();
        fill(static_cast<uint32_t *>(later->array.V) + slot * size, size, number);
        finalise(later);
        expect_published(number);
    }
}

TEST_P(Finalise, TellsAProgramThatCameWhileTheLoanLastedThatWasAborted)
{
    scribble(other_);
    Image later;
    later.open(name_.text());
    require(daoShmLoanAbort(other_), "abort");
    expect_refused(later);
}

TEST_P(Finalise, AfterAQuietWriteInAnAbortedLoansPlacePublishes)
{
    abort_a_loan(other_);
    write_quietly(image_, 3);
    finalise(other_); // whoever does it
    expect_published(3);
}

TEST_P(Finalise, OfPacketsInAnAbortedLoansPlacePublishes)
{
    abort_a_loan(other_);
    Frame frame(size);
    fill(frame, 3);
    for (const uint16_t packet : {uint16_t{0}, uint16_t{1}})
        require(put_packet(image_, frame, packet), "packet");
    finalise(image_);
    expect_published(3);
}

TEST_P(Finalise, OfWhatWasNeverBegunPublishesTheSlotAsItIs)
{
    const uint32_t slot = (image_->md->fifo_last_written + 1) % depth();
    fill(static_cast<uint32_t *>(image_->array.V) + slot * size, size, 3);
    finalise(image_);
    expect_published(3);
}

TEST_P(Finalise, AfterAnothersFrameIsRefusedAsTheQuietWriteIsGone)
{
    if (depth() == 1)
        GTEST_SKIP() << "a quiet write waits for nothing there";
    write_quietly(image_, 3);
    publish(other_, 4);
    expect_refused(image_);
    expect_refused(image_);
    expect_published(4);
    write_quietly(image_, 5);
    finalise(image_);
    expect_published(5);
    write_quietly(image_, 6);
    publish(other_, 7);
    publish(image_, 8); // which asks for nothing of what it wrote quietly
    finalise(image_);
    EXPECT_EQ(daoShmGetCounter(image_), 7u);
}

TEST_P(Finalise, AfterAReuseIsRefusedAsTheQuietWriteIsGone)
{
    if (depth() == 1)
        GTEST_SKIP() << "a quiet write waits for nothing there";
    write_quietly(image_, 3);
    Image again;
    again.create(name_.text(), {size}, _DATATYPE_UINT32, depth());
    publish(again, 4);
    publish(again, 5); // with the counter that was the newest then
    expect_refused(image_);
    expect_published(5);
}

TEST_P(Finalise, AfterALoanThatWasTakenAwayIsRefused)
{
    write_quietly(image_, 3);
    scribble(other_);
    require(daoShmUnlock(reader_, 1), "unlock");
    EXPECT_EQ(daoShmLoanCommit(other_), DAO_ERROR);
    expect_refused(image_);
}

}
