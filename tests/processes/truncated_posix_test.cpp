// Another program truncates the file of an open segment, or makes it again in place: a result in every call, zeros
// through pointers, never a crash, and never zeros or something else for a whole frame.
#include "harm_posix.hpp"
#include "image.hpp"
#include "segment_name.hpp"
#include "timing.hpp"
#include "wait_modes.hpp"

#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <utility>

namespace
{

using namespace test;

constexpr uint32_t size = 50'000;
constexpr uint64_t newest = 7; // number of the newest frame

DaoSegment layout_of(uint32_t depth)
{
    return {{size}, _DATATYPE_UINT32, depth, 3, false};
}

void publish(IMAGE *image, uint64_t number)
{
    Frame frame(size);
    fill(frame, number);
    require(daoShmImage2Shm(frame.data(), size, image), "publish");
}

class Truncated : public testing::TestWithParam<std::tuple<Harm, uint32_t>>
{
  protected:
    void SetUp() override
    {
        image_.create(name_.text(), {size}, _DATATYPE_UINT32, depth_, 3);
        require(daoShmSetKeywordLong(image_, "GAIN", 3, "kept"), "keyword");
        for (uint64_t number = 1; number <= newest; ++number)
            publish(image_, number);
        require(daoShmReadNewest(image_, read_.data(), size, nullptr, nullptr), "read");
    }
    void harm() { do_harm_elsewhere(name_.text(), layout_of(depth_), harm_); }

    const Harm harm_ = std::get<0>(GetParam());
    const uint32_t depth_ = std::get<1>(GetParam());
    SegmentName name_;
    Image image_;
    Frame read_ = Frame(size);
};

INSTANTIATE_TEST_SUITE_P(Files, Truncated, testing::Combine(testing::ValuesIn(all_harms), testing::Values(1u, 4u)),
                         [](const auto &row) {
                             return std::string(name_of(std::get<0>(row.param))) + "Depth" +
                                    std::to_string(std::get<1>(row.param));
                         });

using Call = std::pair<const char *, std::function<int_fast8_t(IMAGE *, Frame &)>>;

int_fast8_t next_frame(IMAGE *image, Frame &frame, DAO_NEXT_ORDER order, DAO_WAIT_MODE wait)
{
    DAO_NEXT_OPTIONS how = DAO_NEXT_OPTIONS_INIT;
    how.order = order;
    how.wait = wait;
    how.timeout_ns = 0;
    return daoShmNext(image, &how, frame.data(), size, nullptr, nullptr);
}

// Each kind of call that touches the segment.
const std::vector<Call> calls = {
    {"read newest", [](IMAGE *i, Frame &f) { return daoShmReadNewest(i, f.data(), size, nullptr, nullptr); }},
    {"read next", [](IMAGE *i, Frame &f) { return daoShmReadNext(i, f.data(), size, nullptr, nullptr, nullptr); }},
    {"read last", [](IMAGE *i, Frame &f) { return daoShmReadLast(i, f.data(), 1, nullptr); }},
    {"check overwrite", [](IMAGE *i, Frame &) { return daoShmCheckSegmentOverwrite(i); }},
    {"get newest",
     [](IMAGE *i, Frame &) {
         void *place = nullptr;
         return daoShmGetNewestSegment(i, &place, nullptr, nullptr);
     }},
    {"get next",
     [](IMAGE *i, Frame &) {
         void *place = nullptr;
         return daoShmGetNextSegment(i, &place, nullptr, nullptr);
     }},
    {"get arbitrary",
     [](IMAGE *i, Frame &) {
         void *place = nullptr;
         return daoShmGetArbitrarySegment(i, &place, 0);
     }},
    {"reset tail", [](IMAGE *i, Frame &) { return daoShmResetTail(i, nullptr, nullptr); }},
    {"publish", [](IMAGE *i, Frame &f) { return daoShmImage2Shm(f.data(), size, i); }},
    {"write quietly", [](IMAGE *i, Frame &f) { return daoShmImage2ShmQuiet(f.data(), size, i); }},
    {"write a packet",
     [](IMAGE *i, Frame &f) {
         return daoShmImagePart2Shm(reinterpret_cast<char *>(f.data()), size / 2, i, size / 2, 0, 2, 1);
     }},
    {"finalise", [](IMAGE *i, Frame &) { return daoShmImagePart2ShmFinalize(i); }},
    {"stamp", [](IMAGE *i, Frame &) { return daoShmTimestampShm(i); }},
    {"loan",
     [](IMAGE *i, Frame &) {
         void *place = nullptr;
         return daoShmLoanBegin(i, &place);
     }},
    {"post", [](IMAGE *i, Frame &) { return daoSemPost(i, 1); }},
    {"set keyword", [](IMAGE *i, Frame &) { return daoShmSetKeywordLong(i, "GAIN", 4, nullptr); }},
    {"get keyword",
     [](IMAGE *i, Frame &) {
         IMAGE_KEYWORD keyword;
         return daoShmGetKeyword(i, "GAIN", &keyword);
     }},
    {"remove keyword", [](IMAGE *i, Frame &) { return daoShmRemoveKeyword(i, "GAIN"); }},
    {"count keywords",
     [](IMAGE *i, Frame &) {
         uint32_t count = 0;
         return daoShmCountKeywords(i, &count);
     }},
    {"list readers",
     [](IMAGE *i, Frame &) {
         DAO_READER readers[4];
         uint32_t count = 0;
         return daoShmGetReaders(i, readers, 4, &count);
     }},
    {"count readers",
     [](IMAGE *i, Frame &) {
         uint32_t count = 0;
         return daoShmCountReaders(i, &count);
     }},
    {"information",
     [](IMAGE *i, Frame &) {
         DAO_SEGMENT_INFO info;
         return daoShmGetInfo(i, &info);
     }},
    {"wait for semaphore", [](IMAGE *i, Frame &) { return wait_for_frame(i, WaitMode::semaphore, 0, 0); }},
    {"check for a frame", [](IMAGE *i, Frame &) { return daoShmWaitForFrame(i, 0, 0); }},
    {"check, spinning", [](IMAGE *i, Frame &) { return daoShmWaitForFrameSpin(i, 0, 0); }},
    {"check, adaptively", [](IMAGE *i, Frame &) { return daoShmWaitForFrameAdaptive(i, 0, 0); }},
    {"next", [](IMAGE *i, Frame &f) { return next_frame(i, f, DAO_NEXT_NEWEST, DAO_WAIT_SLEEP); }},
    {"next in order", [](IMAGE *i, Frame &f) { return next_frame(i, f, DAO_NEXT_IN_ORDER, DAO_WAIT_ADAPTIVE); }},
    {"next, by semaphore", [](IMAGE *i, Frame &f) { return next_frame(i, f, DAO_NEXT_NEWEST, DAO_WAIT_SEMAPHORE); }},
    {"next in order, by semaphore",
     [](IMAGE *i, Frame &f) { return next_frame(i, f, DAO_NEXT_IN_ORDER, DAO_WAIT_SEMAPHORE); }},
    {"ask", [](IMAGE *i, Frame &) { return daoShmCheckReplaced(i); }},
};

TEST_P(Truncated, EveryCallSaysThatItWasReplaced)
{
    std::vector<std::unique_ptr<Image>> images; // one for each call, so that each is the first to notice
    for (size_t index = 0; index < calls.size(); ++index)
    {
        images.push_back(std::make_unique<Image>());
        images.back()->open(name_.text());
        require(daoShmReadNewest(*images.back(), read_.data(), size, nullptr, nullptr), "read");
    }
    harm();
    for (size_t index = 0; index < calls.size(); ++index)
    {
        const auto &[what, call] = calls[index];
        EXPECT_EQ(call(*images[index], read_), DAO_REPLACED) << what << ": " << daoLastErrorMessage();
        EXPECT_EQ(daoLastErrorCode(), DAO_E_REPLACED) << what << ": " << daoLastErrorMessage();
    }
    EXPECT_EQ(daoShmGetCounter(image_), 0u);
    EXPECT_EQ(daoShmCloseShm(image_), DAO_SUCCESS);
}

// What a reader notes of itself goes to the segment that it opened, not to what lies there now.
TEST_P(Truncated, IsNotWrittenToByReadersThatWait)
{
    harm();
    const Bytes before = read_file(name_.text());
    for (const DAO_WAIT_MODE wait : {DAO_WAIT_SLEEP, DAO_WAIT_SPIN, DAO_WAIT_ADAPTIVE, DAO_WAIT_SEMAPHORE})
        EXPECT_EQ(next_frame(image_, read_, DAO_NEXT_NEWEST, wait), DAO_REPLACED) << daoLastErrorMessage();
    EXPECT_EQ(read_file(name_.text()), before);
}

TEST_P(Truncated, BorrowedMemoryStaysReadable)
{
    harm();
    const auto *data = static_cast<const volatile uint32_t *>(image_->array.V);
    uint64_t sum = 0;
    for (uint64_t index = 0; index < uint64_t{size} * depth_; index += 100)
        sum += data[index];
    for (uint32_t slot = 0; slot < depth_; ++slot)
        sum += static_cast<volatile IMAGE_METADATA *>(image_->md)[slot].cnt0;
    sum += static_cast<uint64_t>(static_cast<volatile IMAGE_KEYWORD *>(image_->kw)[2].value.numl);
    if (harm_ == Harm::nothing_left || harm_ == Harm::grown_from_nothing)
    {
        EXPECT_EQ(sum, 0u);
    }
    EXPECT_EQ(daoShmCheckSegmentOverwrite(image_), DAO_REPLACED);
}

TEST_P(Truncated, UnderALoanIsToldAtCommit)
{
    void *slot = nullptr;
    require(daoShmLoanBegin(image_, &slot), "begin");
    harm();
    fill(static_cast<uint32_t *>(slot), size, 8);
    EXPECT_EQ(daoShmLoanCommit(image_), DAO_REPLACED);
}

TEST_P(Truncated, InTheChildOfAForkIsNoticedThere)
{
    const pid_t child = start([&] {
        harm();
        return daoShmReadNewest(image_, read_.data(), size, nullptr, nullptr) == DAO_REPLACED ? 5 : 6;
    });
    EXPECT_EQ(end_of(child), 5);
    EXPECT_EQ(daoShmReadNewest(image_, read_.data(), size, nullptr, nullptr), DAO_REPLACED);
}

// At any moment of a read: what is returned as a frame is one. Frame by frame, until the reader notices.
TEST_P(Truncated, WhileItIsReadNeverGivesATornFrame)
{
    for (int round = 0; round < 12; ++round)
    {
        SegmentName name;
        Image writer, reader;
        writer.create(name.text(), {size}, _DATATYPE_UINT32, depth_, 3);
        for (uint64_t number = 1; number <= newest; ++number)
            publish(writer, number);
        reader.open(name.text());
        const pid_t other = start([&] {
            usleep(static_cast<useconds_t>(500 + 137 * round));
            do_harm(name.text(), layout_of(depth_), harm_);
            return 0;
        });
        int_fast8_t status = DAO_SUCCESS;
        const auto deadline = Clock::now() + milliseconds(5000);
        while (status == DAO_SUCCESS && Clock::now() < deadline)
        {
            std::fill(read_.begin(), read_.end(), 0);
            status = round % 2 == 0 ? daoShmReadNewest(reader, read_.data(), size, nullptr, nullptr)
                                    : daoShmReadLast(reader, read_.data(), 1, nullptr);
            ASSERT_TRUE(status != DAO_SUCCESS || is_frame(read_, newest)) << round;
        }
        EXPECT_EQ(status, DAO_REPLACED) << daoLastErrorMessage();
        EXPECT_EQ(end_of(other), 0);
    }
}

TEST_P(Truncated, WhileItIsWrittenIsToldToTheWriter)
{
    const pid_t other = start([&] {
        usleep(3000);
        do_harm(name_.text(), layout_of(depth_), harm_);
        return 0;
    });
    Frame frame(size);
    int_fast8_t status = DAO_SUCCESS;
    const auto deadline = Clock::now() + milliseconds(5000);
    while (status == DAO_SUCCESS && Clock::now() < deadline)
        status = daoShmImage2Shm(frame.data(), size, image_);
    EXPECT_TRUE(status == DAO_REPLACED || daoLastErrorCode() == DAO_E_REPLACED) << daoLastErrorMessage();
    EXPECT_EQ(end_of(other), 0);
    EXPECT_EQ(daoShmImage2Shm(frame.data(), size, image_), DAO_REPLACED);
}

}
