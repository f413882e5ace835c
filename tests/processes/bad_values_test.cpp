// Values outside what a call takes, on open segments: an error that says both, and no byte written.
#include "frames.hpp"
#include "image.hpp"
#include "segment_name.hpp"
#include "timing.hpp"

#include <gtest/gtest.h>
#include <limits>

namespace
{

using namespace test;

class BadValues : public testing::TestWithParam<std::tuple<int, uint32_t>>
{
  protected:
    void SetUp() override
    {
        image_.create(name_.text(), {2, 3, 4}, _DATATYPE_UINT32, std::get<1>(GetParam()), 2, std::get<0>(GetParam()));
        fill(frame_, 1);
        require(daoShmImage2Shm(frame_.data(), 24, image_), "publish");
        require(daoShmSetKeywordLong(image_, "first", 1, "kept"), "keyword");
        before_ = bytes();
    }

    std::vector<unsigned char> bytes()
    {
        return {reinterpret_cast<unsigned char *>(image_->md), reinterpret_cast<unsigned char *>(image_->kw + 2)};
    }

    void refuse(int_fast8_t status, DAO_ERROR_CODE code, const std::vector<std::string> &words)
    {
        EXPECT_EQ(status, DAO_ERROR);
        EXPECT_EQ(daoLastErrorCode(), code) << daoLastErrorMessage();
        const std::string message = daoLastErrorMessage();
        EXPECT_NE(message.find(name_.text()), std::string::npos) << message;
        for (const std::string &word : words)
            EXPECT_NE(message.find(word), std::string::npos) << "no \"" << word << "\" in: " << message;
        EXPECT_EQ(bytes(), before_) << message;
        EXPECT_EQ(image_.info().writing, 0u);
        EXPECT_EQ(daoShmGetCounter(image_), 1u);
    }

    SegmentName name_;
    Image image_;
    Frame frame_ = Frame(24);
    Frame large_ = Frame(100);
    std::vector<unsigned char> before_;
};

TEST_P(BadValues, MoreElementsThanTheFrameHas)
{
    refuse(daoShmImage2Shm(large_.data(), 25, image_), DAO_E_RANGE, {"25", "24"});
    refuse(daoShmImage2Shm(large_.data(), 0xffffffff, image_), DAO_E_RANGE, {"4294967295", "24"});
    refuse(daoShmImage2ShmQuiet(large_.data(), 25, image_), DAO_E_RANGE, {"25", "24"});
    refuse(daoShmWriteSlice(image_, large_.data(), 13), DAO_E_RANGE, {"13", "12"});
    refuse(daoShmWriteSlice(image_, large_.data(), UINT64_MAX), DAO_E_RANGE, {"12"});
    IMAGE *cube[1] = {image_};
    refuse(daoShmCombineShm2Shm(cube, image_, 1, 25), DAO_E_RANGE, {"25", "24"});
    refuse(daoShmCombineShm2Shm(cube, image_, 1, -1), DAO_E_RANGE, {"-1"});
    refuse(daoShmCombineShm2Shm(cube, image_, 0, 4), DAO_E_RANGE, {"0", "1024"});
    refuse(daoShmCombineShm2Shm(cube, image_, -3, 4), DAO_E_RANGE, {"-3", "1024"});
    refuse(daoShmCombineShm2Shm(cube, image_, 1025, 4), DAO_E_RANGE, {"1025", "1024"});
}

TEST_P(BadValues, ReadsOfMoreThanThereIs)
{
    refuse(daoShmReadNewest(image_, large_.data(), 25, nullptr, nullptr), DAO_E_RANGE, {"25", "24"});
    refuse(daoShmReadNewest(image_, large_.data(), UINT64_MAX, nullptr, nullptr), DAO_E_RANGE, {"24"});
    refuse(daoShmReadNext(image_, large_.data(), 25, nullptr, nullptr, nullptr), DAO_E_RANGE, {"25", "24"});
    const uint32_t depth = std::get<1>(GetParam());
    refuse(daoShmReadLast(image_, large_.data(), 0, nullptr), DAO_E_RANGE, {"0", std::to_string(depth)});
    refuse(daoShmReadLast(image_, large_.data(), depth + 1, nullptr), DAO_E_RANGE, {std::to_string(depth + 1)});
    EXPECT_EQ(large_, Frame(100));
}

TEST_P(BadValues, PacketsThatDoNotFit)
{
    const auto packet = [&](uint32_t count, uint32_t position, uint16_t id, uint16_t total) {
        return daoShmImagePart2Shm(reinterpret_cast<char *>(large_.data()), count, image_, position, id, total, 1);
    };
    refuse(packet(25, 0, 0, 1), DAO_E_RANGE, {"25", "24"});
    refuse(packet(1, 24, 0, 1), DAO_E_RANGE, {"1", "24"});
    refuse(packet(20, 5, 0, 1), DAO_E_RANGE, {"20", "5", "24"});
    refuse(packet(0xffffffff, 2, 0, 1), DAO_E_RANGE, {"4294967295", "24"});
    refuse(packet(2, 0xffffffff, 0, 1), DAO_E_RANGE, {"4294967295", "24"});
}

TEST_P(BadValues, SemaphoresThatTheSegmentDoesNotHave)
{
    const timespec past{1, 0};
    for (const int32_t number : {-1, 10, INT32_MAX, INT32_MIN})
    {
        const std::vector<std::string> words = {std::to_string(number), "0 to 9"};
        refuse(daoSemPost(image_, number), DAO_E_SEMAPHORE, words);
        refuse(daoShmWaitForSemaphore(image_, number), DAO_E_SEMAPHORE, words);
        refuse(daoShmWaitForSemaphoreTimeout(image_, number, &past), DAO_E_SEMAPHORE, words);
    }
    for (const long count : {0L, -1L, 11L, std::numeric_limits<long>::max()})
    {
        refuse(daoShmImageCreateSem(image_, count), DAO_E_SEMAPHORE, {std::to_string(count), "1 to 10"});
        refuse(daoImageCreateSem(image_, count), DAO_E_SEMAPHORE, {std::to_string(count), "1 to 10"});
    }
}

TEST_P(BadValues, KeywordsThatDoNotFit)
{
    const std::string name_17(17, 'k');
    const std::string text_17(17, 't');
    const std::string comment_80(80, 'c');
    refuse(daoShmSetKeywordLong(image_, "", 1, nullptr), DAO_E_KEYWORD, {"0 bytes", "16"});
    refuse(daoShmSetKeywordLong(image_, name_17.c_str(), 1, nullptr), DAO_E_KEYWORD, {name_17, "17", "16"});
    refuse(daoShmSetKeywordDouble(image_, name_17.c_str(), 1, nullptr), DAO_E_KEYWORD, {name_17, "17", "16"});
    refuse(daoShmSetKeywordString(image_, name_17.c_str(), "v", nullptr), DAO_E_KEYWORD, {name_17, "17", "16"});
    refuse(daoShmSetKeywordString(image_, "k", text_17.c_str(), nullptr), DAO_E_KEYWORD, {"k", "17", "16"});
    refuse(daoShmSetKeywordLong(image_, "k", 1, comment_80.c_str()), DAO_E_KEYWORD, {"k", "80", "79"});
    IMAGE_KEYWORD keyword;
    refuse(daoShmGetKeyword(image_, "absent", &keyword), DAO_E_NOT_FOUND, {"absent"});
    refuse(daoShmRemoveKeyword(image_, "absent"), DAO_E_NOT_FOUND, {"absent"});
    refuse(daoShmGetKeywordAt(image_, 1, &keyword), DAO_E_NOT_FOUND, {"1"});
    require(daoShmSetKeywordLong(image_, "second", 2, nullptr), "keyword");
    before_ = bytes();
    refuse(daoShmSetKeywordLong(image_, "third", 3, nullptr), DAO_E_KEYWORD, {"third", "2"});
}

TEST_P(BadValues, CallsOutOfOrder)
{
    refuse(daoShmLoanCommit(image_), DAO_E_STATE, {"begin"});
    refuse(daoShmLoanAbort(image_), DAO_E_STATE, {"begin"});
}

INSTANTIATE_TEST_SUITE_P(Segments, BadValues, testing::Combine(testing::Values(1, 0), testing::Values(1u, 3u)),
                         [](const auto &row) {
                             return std::string(std::get<0>(row.param) ? "Shared" : "Private") + "Depth" +
                                    std::to_string(std::get<1>(row.param));
                         });

TEST(BadValue, SumOfUnequalTypesOrSmallerSegmentsIsRefused)
{
    SegmentName name, other_name, small_name;
    Image sum, other, small;
    sum.create(name.text(), {8}, _DATATYPE_UINT32);
    other.create(other_name.text(), {8}, _DATATYPE_FLOAT);
    small.create(small_name.text(), {4}, _DATATYPE_UINT32);
    IMAGE *unequal[1] = {other};
    EXPECT_EQ(daoShmCombineShm2Shm(unequal, sum, 1, 8), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_TYPE);
    EXPECT_NE(std::string(daoLastErrorMessage()).find("float32"), std::string::npos) << daoLastErrorMessage();
    EXPECT_NE(std::string(daoLastErrorMessage()).find("uint32"), std::string::npos) << daoLastErrorMessage();
    IMAGE *smaller[1] = {small};
    EXPECT_EQ(daoShmCombineShm2Shm(smaller, sum, 1, 8), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_RANGE);
    EXPECT_EQ(daoShmGetCounter(sum), 0u);
}

TEST(BadValue, SliceNeedsThreeAxes)
{
    SegmentName name;
    Image image;
    image.create(name.text(), {4, 4}, _DATATYPE_UINT32);
    uint32_t data[4] = {};
    EXPECT_EQ(daoShmWriteSlice(image, data, 4), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_SHAPE);
    EXPECT_EQ(daoShmGetCounter(image), 0u);
}

TEST(BadValue, TimeLimitsAtTheEndsOfTheirRangeAreTaken)
{
    SegmentName name;
    Image image;
    image.create(name.text(), {4}, _DATATYPE_UINT32);
    using Limit = decltype(timespec::tv_sec);
    require(daoSemPost(image, 3), "post");
    const timespec far{std::numeric_limits<Limit>::max(), 999'999'999};
    EXPECT_EQ(daoShmWaitForSemaphoreTimeout(image, 3, &far), DAO_SUCCESS);
    {
        Image poster;
        poster.open(name.text());
        const std::jthread later([&] {
            std::this_thread::sleep_for(milliseconds(50));
            EXPECT_EQ(daoSemPost(poster, 3), DAO_SUCCESS);
        });
        EXPECT_EQ(daoShmWaitForSemaphoreTimeout(image, 3, &far), DAO_SUCCESS) << "a far deadline is waited for";
    }
    require(daoSemPost(image, 3), "post");
    (void)daoShmWaitForSemaphore(image, 3);
    const timespec long_ago{std::numeric_limits<Limit>::min(), 0};
    EXPECT_EQ(daoShmWaitForSemaphoreTimeout(image, 3, &long_ago), DAO_TIMEOUT);
    Frame frame(4);
    require(daoShmImage2Shm(frame.data(), 4, image), "publish");
    EXPECT_EQ(daoShmWaitForFrame(image, 0, INT64_MAX), DAO_SUCCESS);
    EXPECT_EQ(daoShmWaitForFrameSpin(image, 0, INT64_MAX), DAO_SUCCESS);
    EXPECT_EQ(daoShmWaitForFrameAdaptive(image, 0, INT64_MIN), DAO_SUCCESS);
    EXPECT_EQ(daoShmWaitForFrame(image, UINT64_MAX, 1000), DAO_TIMEOUT);
}

}
