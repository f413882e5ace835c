// Loans, quiet and short writes, frame ids and times.
#include "frames.hpp"
#include "image.hpp"
#include "segment_name.hpp"
#include "timing.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <gtest/gtest.h>
#include <thread>
#include <utility>
#include <vector>

namespace
{

using namespace test;

int64_t now_ns()
{
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

class Writes : public testing::TestWithParam<std::tuple<int, uint32_t>>
{
  protected:
    static constexpr uint32_t size = 500;

    void SetUp() override { image_.create(name_.text(), {size}, _DATATYPE_UINT32, depth(), 0, shared()); }
    int shared() const { return std::get<0>(GetParam()); }
    uint32_t depth() const { return std::get<1>(GetParam()); }

    void publish(uint64_t number)
    {
        fill(frame_, number);
        require(daoShmImage2Shm(frame_.data(), size, image_), "publish");
    }
    // A frame that is written and not published.
    void give_up()
    {
        void *slot = nullptr;
        require(daoShmLoanBegin(image_, &slot), "begin");
        fill(static_cast<uint32_t *>(slot), size, 99);
        require(daoShmLoanAbort(image_), "abort");
    }
    // The newest frame's counter; its content in read_.
    uint64_t read()
    {
        uint64_t counter = 0;
        require(daoShmReadNewest(image_, read_.data(), size, &counter, nullptr), "read");
        return counter;
    }

    SegmentName name_;
    Image image_;
    Frame frame_ = Frame(size);
    Frame read_ = Frame(size);
};

TEST_P(Writes, LoanIsPublishedByCommit)
{
    for (uint64_t number = 1; number <= 2 * depth() + 1; ++number)
    {
        void *slot = nullptr;
        ASSERT_EQ(daoShmLoanBegin(image_, &slot), DAO_SUCCESS);
        EXPECT_EQ(slot, image_->array.UI32 + (number - 1) % depth() * size);
        EXPECT_EQ(image_->md[(number - 1) % depth()].write, 1);
        EXPECT_EQ(daoShmGetCounter(image_), number - 1);
        fill(static_cast<uint32_t *>(slot), size, number);
        ASSERT_EQ(daoShmLoanCommit(image_), DAO_SUCCESS);
        EXPECT_EQ(read(), number);
        EXPECT_TRUE(is_frame(read_, number));
    }
    EXPECT_EQ(daoShmLoanCommit(image_), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_STATE);
}

TEST_P(Writes, OtherWritesDuringALoanAreRefused)
{
    publish(1);
    void *slot = nullptr;
    void *second = nullptr;
    require(daoShmLoanBegin(image_, &slot), "begin");
    fill(static_cast<uint32_t *>(slot), size, 2);
    IMAGE *cube[1] = {image_};
    for (const int_fast8_t status :
         {daoShmLoanBegin(image_, &second), daoShmImage2Shm(frame_.data(), size, image_),
          daoShmImage2ShmQuiet(frame_.data(), size, image_), daoShmImagePart2ShmFinalize(image_),
          daoShmImagePart2Shm(reinterpret_cast<char *>(frame_.data()), 1, image_, 0, 0, 1, 1),
          daoShmTimestampShm(image_)})
    {
        EXPECT_EQ(status, DAO_ERROR);
        EXPECT_EQ(daoLastErrorCode(), DAO_E_STATE);
    }
    EXPECT_NE(daoShmCombineShm2Shm(cube, image_, 1, 4), DAO_SUCCESS);
    EXPECT_EQ(second, nullptr);
    EXPECT_EQ(daoShmGetCounter(image_), 1u);
    require(daoShmLoanCommit(image_), "commit");
    EXPECT_EQ(read(), 2u);
    EXPECT_TRUE(is_frame(read_, 2));
}

TEST_P(Writes, AbortedLoanIsNotCounted)
{
    publish(1);
    void *slot = nullptr;
    require(daoShmLoanBegin(image_, &slot), "begin");
    fill(static_cast<uint32_t *>(slot), size / 2, 99);
    ASSERT_EQ(daoShmLoanAbort(image_), DAO_SUCCESS);
    EXPECT_EQ(daoShmGetCounter(image_), 1u);
    EXPECT_EQ(image_.info().writing, 0u);
    uint64_t counter = 0;
    const int_fast8_t status = daoShmReadNewest(image_, read_.data(), size, &counter, nullptr);
    EXPECT_EQ(status, depth() == 1 ? DAO_NOTREADY : DAO_SUCCESS);
    if (depth() > 1)
    {
        EXPECT_TRUE(is_frame(read_, 1));
    }
    publish(2);
    EXPECT_EQ(read(), 2u);
    EXPECT_TRUE(is_frame(read_, 2));
}

TEST_P(Writes, ShorterFrameHasNothingOfOneThatWasGivenUp)
{
    publish(1);
    give_up();
    fill(frame_, 2);
    for (uint64_t number = 2; number < 4; ++number) // the rest of the second is that of the first
    {
        require(daoShmImage2Shm(frame_.data(), size / 2, image_), "publish");
        EXPECT_EQ(read(), number);
        Frame last(size);
        fill(last, 1);
        for (uint32_t element = 0; element < size; ++element)
        {
            const uint32_t rest = depth() == 1 ? 0 : last[element];
            ASSERT_EQ(read_[element], element < size / 2 ? frame_[element] : rest) << element;
        }
    }
}

TEST_P(Writes, SlicesHaveNothingOfAFrameThatWasGivenUp)
{
    SegmentName name;
    Image image;
    image.create(shared() ? name.text() : "slices", {3, 2, 2}, _DATATYPE_UINT32, depth(), 0, shared() ? 1 : 0);
    const auto write = [&](uint32_t value) {
        const uint32_t slice[4] = {value, value, value, value};
        require(daoShmWriteSlice(image, slice, 4), "slice");
    };
    for (uint32_t value = 1; value <= 3; ++value)
        write(value);
    void *slot = nullptr;
    require(daoShmLoanBegin(image, &slot), "begin");
    fill(static_cast<uint32_t *>(slot), 12, 99);
    require(daoShmLoanAbort(image), "abort");
    write(4);
    write(5);
    Frame frame(12);
    require(daoShmReadNewest(image, frame.data(), 12, nullptr, nullptr), "read");
    EXPECT_EQ((std::vector<uint32_t>{frame[0], frame[4], frame[8]}),
              (std::vector<uint32_t>{4, 5, depth() == 1 ? 0u : 3u}));
}

// All ways to write a frame, each as one call for the test below.
std::vector<std::pair<const char *, int_fast8_t (*)(IMAGE *, void *, uint32_t)>> ways_to_write()
{
    return {
        {"publish", [](IMAGE *image, void *data, uint32_t count) { return daoShmImage2Shm(data, count, image); }},
        {"quietly", [](IMAGE *image, void *data, uint32_t count) { return daoShmImage2ShmQuiet(data, count, image); }},
        {"stamp", [](IMAGE *image, void *, uint32_t) { return daoShmTimestampShm(image); }},
        {"finalise", [](IMAGE *image, void *, uint32_t) { return daoShmImagePart2ShmFinalize(image); }},
        {"loan",
         [](IMAGE *image, void *, uint32_t) {
             void *slot = nullptr;
             const int_fast8_t begun = daoShmLoanBegin(image, &slot);
             return begun == DAO_SUCCESS ? daoShmLoanCommit(image) : begun;
         }},
        {"sum", [](IMAGE *image, void *data, uint32_t count) {
             Image other;
             other.create("summand", {count}, _DATATYPE_UINT32, 1, 0, 0);
             require(daoShmImage2Shm(data, count, other), "publish");
             IMAGE *cube[1] = {other};
             return daoShmCombineShm2Shm(cube, image, 1, static_cast<int>(count));
         }}};
}

TEST_P(Writes, TheFirstOneSinceTheFileWentSaysSoAndSoDoesTheNext)
{
    if (!shared())
        GTEST_SKIP() << "a private image has no name";
    for (const auto &[way, write] : ways_to_write())
    {
        SegmentName name;
        Image writer, next;
        writer.create(name.text(), {size}, _DATATYPE_UINT32, depth());
        require(write(writer, frame_.data(), size), way);
        std::this_thread::sleep_for(milliseconds(110)); // since it last asked
        if (!name.delete_file())
            GTEST_SKIP() << "this system keeps a file that is in use";
        EXPECT_EQ(write(writer, frame_.data(), size), DAO_REMOVED) << way;
        EXPECT_EQ(write(writer, frame_.data(), size), DAO_REMOVED) << way;
        next.create(name.text(), {size}, _DATATYPE_UINT32, depth());
        EXPECT_EQ(write(writer, frame_.data(), size), DAO_REPLACED) << way;
        require(daoShmReopen(writer), "reopen");
        EXPECT_EQ(write(writer, frame_.data(), size), DAO_SUCCESS) << way;
    }
}

TEST_P(Writes, CloseAbortsALoan)
{
    if (!shared())
        GTEST_SKIP() << "a private image ends with its handle";
    Image other;
    other.open(name_.text());
    void *slot = nullptr;
    require(daoShmLoanBegin(other, &slot), "begin");
    EXPECT_EQ(image_.info().writing, 1u);
    EXPECT_EQ(daoShmCloseShm(other), DAO_SUCCESS);
    EXPECT_EQ(image_.info().writing, 0u);
    publish(1);
    EXPECT_EQ(read(), 1u);
}

TEST_P(Writes, ShortWriteKeepsTheRestOfTheLastFrame)
{
    publish(1);
    for (const uint32_t count : {0u, 1u, 123u, size - 1})
    {
        require(daoShmReadNewest(image_, read_.data(), size, nullptr, nullptr), "read");
        Frame expected = read_;
        fill(frame_, 7000 + count);
        std::copy_n(frame_.begin(), count, expected.begin());
        ASSERT_EQ(daoShmImage2Shm(frame_.data(), count, image_), DAO_SUCCESS);
        read();
        EXPECT_EQ(read_, expected);
    }
    EXPECT_EQ(daoShmGetCounter(image_), 5u);
}

TEST_P(Writes, QuietWriteCountsNothingAndWakesNobody)
{
    publish(1);
    const timespec past{1, 0};
    require(daoShmWaitForSemaphoreTimeout(image_, 0, &past), "take the post");
    fill(frame_, 2);
    ASSERT_EQ(daoShmImage2ShmQuiet(frame_.data(), size, image_), DAO_SUCCESS);
    EXPECT_EQ(daoShmGetCounter(image_), 1u);
    EXPECT_EQ(daoShmWaitForSemaphoreTimeout(image_, 0, &past), DAO_TIMEOUT);
    EXPECT_EQ(daoShmWaitForFrame(image_, 1, millisecond_ns), DAO_TIMEOUT);
    EXPECT_EQ(read(), 1u);
    EXPECT_TRUE(is_frame(read_, depth() == 1 ? 2 : 1));
    ASSERT_EQ(daoShmImagePart2ShmFinalize(image_), DAO_SUCCESS);
    EXPECT_EQ(read(), 2u);
    EXPECT_TRUE(is_frame(read_, 2));
    EXPECT_EQ(daoShmWaitForSemaphoreTimeout(image_, 0, &past), DAO_SUCCESS);
}

// Its rest is of the frame that was given up.
TEST_P(Writes, QuietPartOfAFrameThatWasGivenUpIsNotCalledWhole)
{
    publish(1);
    give_up();
    fill(frame_, 2);
    require(daoShmImage2ShmQuiet(frame_.data(), size / 2, image_), "quiet");
    if (depth() > 1)
    {
        EXPECT_EQ(read(), 1u);
        EXPECT_TRUE(is_frame(read_, 1));
        return;
    }
    EXPECT_EQ(daoShmReadNewest(image_, read_.data(), size, nullptr, nullptr), DAO_NOTREADY);
    require(daoShmImage2ShmQuiet(frame_.data(), size, image_), "quiet");
    EXPECT_EQ(read(), 1u);
    EXPECT_TRUE(is_frame(read_, 2));
}

// Nobody will finish it: a reader in a loop has other things to do.
TEST_P(Writes, OfAFrameThatWasGivenUpAReadSaysSoSoon)
{
    if (depth() > 1)
        return; // the frame before is there
    publish(1);
    give_up();
    int64_t shortest_ns = second_ns; // as the machine may be busy
    for (int attempt = 0; attempt < 10; ++attempt)
    {
        const int64_t begin_ns = now_ns();
        EXPECT_EQ(daoShmReadNewest(image_, read_.data(), size, nullptr, nullptr), DAO_NOTREADY);
        shortest_ns = std::min(shortest_ns, now_ns() - begin_ns);
    }
    EXPECT_LT(shortest_ns, 50 * millisecond_ns);
}

TEST_P(Writes, QuietWriteChangesWhatAReaderBorrowed)
{
    publish(1);
    void *slot = nullptr;
    require(daoShmGetNewestSegment(image_, &slot, nullptr, nullptr), "newest");
    EXPECT_EQ(daoShmCheckSegmentOverwrite(image_), DAO_SUCCESS);
    fill(frame_, 2);
    require(daoShmImage2ShmQuiet(frame_.data(), size, image_), "quiet");
    EXPECT_EQ(daoShmCheckSegmentOverwrite(image_), depth() == 1 ? DAO_OVERWRITE : DAO_SUCCESS);
    require(daoShmImagePart2ShmFinalize(image_), "finalise");
    EXPECT_EQ(daoShmCheckSegmentOverwrite(image_), depth() == 1 ? DAO_OVERWRITE : DAO_SUCCESS);
    for (uint32_t count = 1; count < depth(); ++count)
        publish(3);
    EXPECT_EQ(daoShmCheckSegmentOverwrite(image_), DAO_OVERWRITE);
}

TEST_P(Writes, FrameIdAndAcquisitionTimeAreTheNextFramesOwn)
{
    const int64_t before_ns = now_ns();
    publish(1);
    require(daoShmSetFrameId(image_, 77), "frame id");
    require(daoShmSetAcquisitionTime(image_, 123456789), "time");
    publish(2);
    DAO_FRAME found = DAO_FRAME_INIT;
    read();
    require(daoShmGetFrame(image_, &found), "frame");
    EXPECT_EQ(found.cnt0, 2u);
    EXPECT_EQ(found.cnt2, 77u);
    EXPECT_EQ(found.atime_ns, 123456789);
    EXPECT_EQ(found.slot, 1 % depth());
    publish(3);
    read();
    require(daoShmGetFrame(image_, &found), "frame");
    EXPECT_EQ(found.cnt2, 77u) << "a frame id stays until another is set";
    EXPECT_GE(found.atime_ns, before_ns - second_ns);
    EXPECT_LE(found.atime_ns, now_ns() + second_ns);
}

TEST_P(Writes, FrameIdAndAcquisitionTimeOfALoanThatLostItsLockAreNotTheNextFramesOwn)
{
    publish(1);
    Image other;
    require(daoShmDuplicate(image_, other.taken()), "duplicate");
    void *slot = nullptr;
    require(daoShmLoanBegin(image_, &slot), "begin");
    require(daoShmSetFrameId(image_, 77), "frame id");
    require(daoShmSetAcquisitionTime(image_, 123456789), "time");
    require(daoShmUnlock(other, 1), "unlock");
    EXPECT_EQ(daoShmLoanCommit(image_), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_STATE) << daoLastErrorMessage();
    const int64_t before_ns = now_ns();
    publish(2);
    DAO_FRAME found = DAO_FRAME_INIT;
    read();
    require(daoShmGetFrame(image_, &found), "frame");
    EXPECT_EQ(found.cnt2, 0u);
    EXPECT_GE(found.atime_ns, before_ns - second_ns);
}

TEST_P(Writes, TimestampStampsTheNewestFrame)
{
    require(daoShmSetAcquisitionTime(image_, 1), "time");
    publish(1);
    const timespec past{1, 0};
    require(daoShmWaitForSemaphoreTimeout(image_, 0, &past), "take the post");
    const int64_t before_ns = now_ns();
    ASSERT_EQ(daoShmTimestampShm(image_), DAO_SUCCESS);
    int64_t time_ns = 0;
    uint64_t counter = 0;
    require(daoShmReadNewest(image_, read_.data(), size, &counter, &time_ns), "read");
    EXPECT_GE(time_ns, before_ns);
    EXPECT_LE(time_ns, now_ns());
    EXPECT_TRUE(is_frame(read_, 1));
    EXPECT_EQ(counter, depth() == 1 ? 2u : 1u);
    EXPECT_EQ(daoShmWaitForSemaphoreTimeout(image_, 0, &past), DAO_TIMEOUT);
    EXPECT_EQ(daoShmWaitForFrame(image_, 1, millisecond_ns), depth() == 1 ? DAO_SUCCESS : DAO_TIMEOUT);
}

INSTANTIATE_TEST_SUITE_P(Segments, Writes, testing::Combine(testing::Values(1, 0), testing::Values(1u, 2u, 5u)),
                         [](const auto &row) {
                             return std::string(std::get<0>(row.param) ? "Shared" : "Private") + "Depth" +
                                    std::to_string(std::get<1>(row.param));
                         });

}
