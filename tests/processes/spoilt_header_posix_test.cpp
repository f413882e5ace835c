// Another program overwrites the header of a segment's file, and nothing else: the counts in it say nothing any more. Calls that
// compare a number with one of them tell that the segment was replaced, not that the number is wrong.
#include "dao_bytes.hpp"
#include "image.hpp"
#include "segment_name.hpp"
#include "timing.hpp"
#include "wait_modes.hpp"

#include <cstdio>
#include <functional>
#include <gtest/gtest.h>
#include <utility>
#include <vector>

namespace
{

using namespace test;

constexpr uint32_t size = 12;

int_fast8_t next_by_semaphore(IMAGE *image, int32_t number, uint8_t follow, DAO_NEXT_ORDER order)
{
    uint32_t frame[size];
    DAO_NEXT_OPTIONS how = DAO_NEXT_OPTIONS_INIT;
    how.order = order;
    how.wait = DAO_WAIT_SEMAPHORE;
    how.semaphore = number;
    how.follow = follow;
    how.timeout_ns = 0;
    return daoShmNext(image, &how, frame, size, nullptr, nullptr);
}

using Call = std::pair<const char *, std::function<int_fast8_t(IMAGE *)>>;

// Each call that asks how many semaphores there are. In front of each the handle waits longer than it trusts its last look.
const std::vector<Call> calls = {
    {"post", [](IMAGE *i) { return daoSemPost(i, 3); }},
    {"post all", [](IMAGE *i) { return daoSemPostAll(i); }},
    {"user",
     [](IMAGE *i) {
         uint32_t pid = 0;
         return daoShmGetSemUser(i, 3, &pid);
     }},
    {"claim", [](IMAGE *i) { return static_cast<int_fast8_t>(daoShmClaimSem(i) < 0 ? DAO_REPLACED : DAO_SUCCESS); }},
    {"wait", [](IMAGE *i) { return daoShmWaitForSemaphore(i, 3); }},
    {"wait for its own", [](IMAGE *i) { return daoShmWaitSem(i, DAO_SEM_AUTO); }},
    {"wait with a limit",
     [](IMAGE *i) {
         const timespec limit = realtime_after(0);
         return daoShmWaitForSemaphoreTimeout(i, 3, &limit);
     }},
    {"next", [](IMAGE *i) { return next_by_semaphore(i, 3, 0, DAO_NEXT_NEWEST); }},
    {"next in order", [](IMAGE *i) { return next_by_semaphore(i, 3, 0, DAO_NEXT_IN_ORDER); }},
};

class SpoiltHeader : public testing::TestWithParam<std::tuple<uint32_t, int>>
{
  protected:
    void SetUp() override
    {
        image_.create(name_.text(), {size}, _DATATYPE_UINT32, depth_);
        const uint32_t frame[size] = {};
        require(daoShmSetData(image_, frame, size), "publish");
    }
    // Another segment takes the name, with a frame of so many elements.
    void put_another_in_place(Image &other, uint32_t elements)
    {
        std::remove(name_.c_str());
        other.create(name_.text(), {elements}, _DATATYPE_UINT32, depth_);
        const std::vector<uint32_t> frame(elements);
        require(daoShmSetData(other, frame.data(), elements), "publish");
    }
    void spoil()
    {
        const Bytes bytes(depth_ * fifo_metadata_bytes, static_cast<unsigned char>(std::get<1>(GetParam())));
        std::FILE *file = std::fopen(name_.c_str(), "r+b");
        ASSERT_NE(file, nullptr);
        EXPECT_EQ(std::fwrite(bytes.data(), 1, bytes.size(), file), bytes.size());
        std::fclose(file);
    }

    const uint32_t depth_ = std::get<0>(GetParam());
    SegmentName name_;
    Image image_;
};

INSTANTIATE_TEST_SUITE_P(Bytes, SpoiltHeader, testing::Combine(testing::Values(1u, 3u), testing::Values(0, 0xff)),
                         [](const auto &row) {
                             return "Depth" + std::to_string(std::get<0>(row.param)) +
                                    (std::get<1>(row.param) == 0 ? "Zeros" : "Ones");
                         });

TEST_P(SpoiltHeader, IsNoWrongArgument)
{
    std::vector<Image> readers(calls.size());
    for (Image &reader : readers)
        reader.open(name_.text());
    std::this_thread::sleep_for(milliseconds(110)); // the look at the name when it was opened
    spoil();
    for (size_t index = 0; index < calls.size(); ++index)
    {
        const auto &[what, call] = calls[index];
        const int_fast8_t status = call(readers[index]);
        const bool may_be_done = std::get<1>(GetParam()) != 0; // that there are more semaphores is no reason to look
        if (status == DAO_SUCCESS && may_be_done)
            continue;
        EXPECT_EQ(status, DAO_REPLACED) << what << ": " << daoLastErrorMessage();
        EXPECT_EQ(daoLastErrorCode(), DAO_E_REPLACED) << what << ": " << daoLastErrorMessage();
    }
}

// Programs pass the counts that they find in `md`: too many elements, then, or slots.
TEST_P(SpoiltHeader, IsNoWrongArgumentWhereTheCallerCounts)
{
    uint32_t room[size] = {};
    char *bytes = reinterpret_cast<char *>(room);
    DAO_NEXT_OPTIONS how = DAO_NEXT_OPTIONS_INIT;
    IMAGE *images[] = {image_};
    spoil();
    constexpr uint32_t many = UINT32_MAX;
    EXPECT_EQ(daoShmReadNewest(image_, room, many, nullptr, nullptr), DAO_REPLACED) << daoLastErrorMessage();
    EXPECT_EQ(daoShmReadNext(image_, room, many, nullptr, nullptr, nullptr), DAO_REPLACED) << daoLastErrorMessage();
    EXPECT_EQ(daoShmReadLast(image_, room, many, nullptr), DAO_REPLACED) << daoLastErrorMessage();
    EXPECT_EQ(daoShmNext(image_, &how, room, many, nullptr, nullptr), DAO_REPLACED) << daoLastErrorMessage();
    EXPECT_EQ(daoShmSetData(image_, room, many), DAO_REPLACED) << daoLastErrorMessage();
    EXPECT_EQ(daoShmSetDataQuiet(image_, room, many), DAO_REPLACED) << daoLastErrorMessage();
    EXPECT_EQ(daoShmImagePart2Shm(bytes, size, image_, many, 0, 1, 1), DAO_REPLACED) << daoLastErrorMessage();
    EXPECT_EQ(daoShmCombineShm2Shm(images, image_, 1, INT32_MAX), DAO_REPLACED) << daoLastErrorMessage();
}

// The number of elements may be that of the segment which has the name by now.
TEST_P(SpoiltHeader, IsFollowedToLargerFrames)
{
    Image reader, next;
    reader.open(name_.text());
    spoil();
    put_another_in_place(next, 2 * size);
    uint32_t frame[2 * size] = {};
    DAO_NEXT_OPTIONS how = DAO_NEXT_OPTIONS_INIT;
    how.follow = 1;
    EXPECT_EQ(daoShmNext(reader, &how, frame, 2 * size, nullptr, nullptr), DAO_REPLACED) << "the shape is another";
    EXPECT_EQ(daoShmNext(reader, &how, frame, 2 * size, nullptr, nullptr), DAO_SUCCESS) << daoLastErrorMessage();
    EXPECT_EQ(daoShmNext(reader, &how, frame, 3 * size, nullptr, nullptr), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_RANGE) << daoLastErrorMessage();
}

TEST_P(SpoiltHeader, LeavesWrongArgumentsWhatTheyAre)
{
    spoil();
    for (const int32_t number : {-1, IMAGE_NB_SEMAPHORE})
    {
        EXPECT_EQ(daoSemPost(image_, number), DAO_ERROR);
        EXPECT_EQ(daoLastErrorCode(), DAO_E_SEMAPHORE) << daoLastErrorMessage();
    }
}

// Who follows comes to the next segment with the number that it asked for.
TEST_P(SpoiltHeader, IsFollowedByASemaphoreThatTheNextSegmentHas)
{
    Image reader, next;
    reader.open(name_.text());
    spoil();
    put_another_in_place(next, size);
    EXPECT_EQ(next_by_semaphore(reader, 3, 1, DAO_NEXT_IN_ORDER), DAO_SUCCESS) << daoLastErrorMessage();
}

}
