// Every call with a null or closed image and with each of its pointers null: an error, nothing changed, no crash.
#include "frames.hpp"
#include "image.hpp"
#include "segment_name.hpp"

#include <functional>
#include <gtest/gtest.h>
#include <thread>

namespace
{

using namespace test;

struct Call
{
    const char *name;
    std::function<int_fast8_t(IMAGE *)> make;
};

uint32_t data[16];
void *slot;
uint32_t number;
DAO_FRAME frame = DAO_FRAME_INIT;
IMAGE_KEYWORD keyword;
DAO_SEGMENT_INFO info = DAO_SEGMENT_INFO_INIT;
IMAGE *self[1];

// Every call that takes an open image and gives a status.
const Call calls[] = {
    {"CheckReplaced", [](IMAGE *image) { return daoShmCheckReplaced(image); }},
    {"Reopen", [](IMAGE *image) { return daoShmReopen(image); }},
    {"ImageCreateSem", [](IMAGE *image) { return daoShmImageCreateSem(image, 10); }},
    {"daoImageCreateSem", [](IMAGE *image) { return daoImageCreateSem(image, 10); }},
    {"Image2Shm", [](IMAGE *image) { return daoShmImage2Shm(data, 4, image); }},
    {"Image2ShmQuiet", [](IMAGE *image) { return daoShmImage2ShmQuiet(data, 4, image); }},
    {"ImagePart2Shm",
     [](IMAGE *image) { return daoShmImagePart2Shm(reinterpret_cast<char *>(data), 4, image, 0, 0, 1, 1); }},
    {"ImagePart2ShmFinalize", [](IMAGE *image) { return daoShmImagePart2ShmFinalize(image); }},
    {"CombineShm2Shm", [](IMAGE *image) { return daoShmCombineShm2Shm(self, image, 1, 4); }},
    {"TimestampShm", [](IMAGE *image) { return daoShmTimestampShm(image); }},
    {"BeginWrite", [](IMAGE *image) { return daoShmLoanBegin(image, &slot); }},
    {"CommitWrite", [](IMAGE *image) { return daoShmLoanCommit(image); }},
    {"AbortWrite", [](IMAGE *image) { return daoShmLoanAbort(image); }},
    {"WriteSlice", [](IMAGE *image) { return daoShmWriteSlice(image, data, 1); }},
    {"SetFrameId", [](IMAGE *image) { return daoShmSetFrameId(image, 1); }},
    {"SetAcquisitionTime", [](IMAGE *image) { return daoShmSetAcquisitionTime(image, 1); }},
    {"SemPost", [](IMAGE *image) { return daoSemPost(image, 0); }},
    {"SemPostAll", [](IMAGE *image) { return daoSemPostAll(image); }},
    {"SemLogPost", [](IMAGE *image) { return daoSemLogPost(image); }},
    {"WaitForSemaphore", [](IMAGE *image) { return daoShmWaitForSemaphore(image, 0); }},
    {"WaitForSemaphoreTimeout",
     [](IMAGE *image) {
         const timespec past{1, 0};
         return daoShmWaitForSemaphoreTimeout(image, 0, &past);
     }},
    {"WaitForCounter", [](IMAGE *image) { return daoShmWaitForCounter(image); }},
    {"WaitForTargetCounter", [](IMAGE *image) { return daoShmWaitForTargetCounter(image, 5); }},
    {"WaitForFrame", [](IMAGE *image) { return daoShmWaitForFrame(image, 0, 0); }},
    {"WaitForFrameSpin", [](IMAGE *image) { return daoShmWaitForFrameSpin(image, 0, 0); }},
    {"WaitForFrameAdaptive", [](IMAGE *image) { return daoShmWaitForFrameAdaptive(image, 0, 0); }},
    {"ReadNewest", [](IMAGE *image) { return daoShmReadNewest(image, data, 4, nullptr, nullptr); }},
    {"ReadNext", [](IMAGE *image) { return daoShmReadNext(image, data, 4, nullptr, nullptr, nullptr); }},
    {"ReadLast", [](IMAGE *image) { return daoShmReadLast(image, data, 1, nullptr); }},
    {"GetFrame", [](IMAGE *image) { return daoShmGetFrame(image, &frame); }},
    {"GetNewestSegment", [](IMAGE *image) { return daoShmGetNewestSegment(image, &slot, nullptr, nullptr); }},
    {"GetNextSegment", [](IMAGE *image) { return daoShmGetNextSegment(image, &slot, nullptr, nullptr); }},
    {"WaitForNextSegment", [](IMAGE *image) { return daoShmWaitForNextSegment(image); }},
    {"GetArbitrarySegment", [](IMAGE *image) { return daoShmGetArbitrarySegment(image, &slot, 0); }},
    {"CheckSegmentOverwrite", [](IMAGE *image) { return daoShmCheckSegmentOverwrite(image); }},
    {"ResetTail", [](IMAGE *image) { return daoShmResetTail(image, &number, nullptr); }},
    {"SetKeywordLong", [](IMAGE *image) { return daoShmSetKeywordLong(image, "k", 1, nullptr); }},
    {"SetKeywordDouble", [](IMAGE *image) { return daoShmSetKeywordDouble(image, "k", 1, nullptr); }},
    {"SetKeywordString", [](IMAGE *image) { return daoShmSetKeywordString(image, "k", "v", nullptr); }},
    {"SetKeywords", [](IMAGE *image) { return daoShmSetKeywords(image, &keyword, 0, 0); }},
    {"GetKeyword", [](IMAGE *image) { return daoShmGetKeyword(image, "k", &keyword); }},
    {"RemoveKeyword", [](IMAGE *image) { return daoShmRemoveKeyword(image, "k"); }},
    {"CountKeywords", [](IMAGE *image) { return daoShmCountKeywords(image, &number); }},
    {"GetKeywordAt", [](IMAGE *image) { return daoShmGetKeywordAt(image, 0, &keyword); }},
    {"GetInfo", [](IMAGE *image) { return daoShmGetInfo(image, &info); }},
    {"GetReaders", [](IMAGE *image) { return daoShmGetReaders(image, nullptr, 0, &number); }},
    {"CountReaders", [](IMAGE *image) { return daoShmCountReaders(image, &number); }},
};

// The same calls on an open image, each with one of its pointers null.
const Call calls_with_a_null[] = {
    {"Image2Shm im", [](IMAGE *image) { return daoShmImage2Shm(nullptr, 4, image); }},
    {"Image2ShmQuiet im", [](IMAGE *image) { return daoShmImage2ShmQuiet(nullptr, 4, image); }},
    {"ImagePart2Shm im", [](IMAGE *image) { return daoShmImagePart2Shm(nullptr, 4, image, 0, 0, 1, 1); }},
    {"CombineShm2Shm cube", [](IMAGE *image) { return daoShmCombineShm2Shm(nullptr, image, 1, 4); }},
    {"CombineShm2Shm entry",
     [](IMAGE *image) {
         IMAGE *cube[2] = {image, nullptr};
         return daoShmCombineShm2Shm(cube, image, 2, 4);
     }},
    {"BeginWrite slot", [](IMAGE *image) { return daoShmLoanBegin(image, nullptr); }},
    {"HoldMemory memory", [](IMAGE *image) { return daoShmHoldMemory(image, nullptr); }},
    {"Next dst", [](IMAGE *image) { return daoShmNext(image, nullptr, nullptr, 4, nullptr, nullptr); }},
    {"WriteSlice slice", [](IMAGE *image) { return daoShmWriteSlice(image, nullptr, 1); }},
    {"WaitForSemaphoreTimeout timeout", [](IMAGE *image) { return daoShmWaitForSemaphoreTimeout(image, 0, nullptr); }},
    {"ReadNewest dst", [](IMAGE *image) { return daoShmReadNewest(image, nullptr, 4, nullptr, nullptr); }},
    {"ReadNext dst", [](IMAGE *image) { return daoShmReadNext(image, nullptr, 4, nullptr, nullptr, nullptr); }},
    {"ReadLast dst", [](IMAGE *image) { return daoShmReadLast(image, nullptr, 1, nullptr); }},
    {"GetFrame frame", [](IMAGE *image) { return daoShmGetFrame(image, nullptr); }},
    {"GetNewestSegment", [](IMAGE *image) { return daoShmGetNewestSegment(image, nullptr, &number, nullptr); }},
    {"GetNextSegment", [](IMAGE *image) { return daoShmGetNextSegment(image, nullptr, &number, nullptr); }},
    {"GetArbitrarySegment", [](IMAGE *image) { return daoShmGetArbitrarySegment(image, nullptr, 0); }},
    {"SetKeywordLong name", [](IMAGE *image) { return daoShmSetKeywordLong(image, nullptr, 1, nullptr); }},
    {"SetKeywordDouble name", [](IMAGE *image) { return daoShmSetKeywordDouble(image, nullptr, 1, nullptr); }},
    {"SetKeywordString name", [](IMAGE *image) { return daoShmSetKeywordString(image, nullptr, "v", nullptr); }},
    {"SetKeywordString value", [](IMAGE *image) { return daoShmSetKeywordString(image, "k", nullptr, nullptr); }},
    {"SetKeywords keywords", [](IMAGE *image) { return daoShmSetKeywords(image, nullptr, 1, 0); }},
    {"GetKeyword name", [](IMAGE *image) { return daoShmGetKeyword(image, nullptr, &keyword); }},
    {"GetKeyword keyword", [](IMAGE *image) { return daoShmGetKeyword(image, "k", nullptr); }},
    {"RemoveKeyword name", [](IMAGE *image) { return daoShmRemoveKeyword(image, nullptr); }},
    {"CountKeywords count", [](IMAGE *image) { return daoShmCountKeywords(image, nullptr); }},
    {"GetKeywordAt keyword", [](IMAGE *image) { return daoShmGetKeywordAt(image, 0, nullptr); }},
    {"GetInfo info", [](IMAGE *image) { return daoShmGetInfo(image, nullptr); }},
    {"GetReaders count", [](IMAGE *image) { return daoShmGetReaders(image, nullptr, 0, nullptr); }},
    {"GetReaders readers", [](IMAGE *image) { return daoShmGetReaders(image, nullptr, 3, &number); }},
    {"CountReaders count", [](IMAGE *image) { return daoShmCountReaders(image, nullptr); }},
};

TEST(BadCalls, NullImageIsAnError)
{
    for (const Call &call : calls)
    {
        EXPECT_EQ(call.make(nullptr), DAO_ERROR) << call.name;
        EXPECT_EQ(daoLastErrorCode(), DAO_E_ARGUMENT) << call.name;
        EXPECT_NE(std::string(daoLastErrorMessage()).find("image"), std::string::npos) << call.name;
    }
    EXPECT_EQ(daoShmCloseShm(nullptr), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_ARGUMENT);
    EXPECT_EQ(daoShmGetCounter(nullptr), 0u);
    EXPECT_EQ(daoShmGetFrameBytes(nullptr), 0u);
    EXPECT_EQ(daoShmGetMissed(nullptr), 0u);
}

TEST(BadCalls, ClosedImageIsAnErrorAndASecondCloseIsNot)
{
    SegmentName name;
    Image image;
    image.create(name.text(), {4, 1, 1}, _DATATYPE_UINT32, 1, 2);
    self[0] = image;
    require(daoShmImage2Shm(data, 4, image), "publish");
    EXPECT_EQ(daoShmCloseShm(image), DAO_SUCCESS);
    EXPECT_EQ(image->md, nullptr);
    EXPECT_EQ(image->array.V, nullptr);
    EXPECT_NE(image->used, 1);
    for (const Call &call : calls)
    {
        EXPECT_EQ(call.make(image), DAO_ERROR) << call.name;
        EXPECT_EQ(daoLastErrorCode(), DAO_E_CLOSED) << call.name;
        EXPECT_NE(std::string(daoLastErrorMessage()).find("not open"), std::string::npos) << call.name;
    }
    EXPECT_EQ(daoShmGetCounter(image), 0u);
    EXPECT_EQ(daoShmGetFrameBytes(image), 0u);
    EXPECT_EQ(daoShmGetMissed(image), 0u);
    EXPECT_EQ(daoShmCloseShm(image), DAO_SUCCESS);
    EXPECT_EQ(daoShmCloseShm(image), DAO_SUCCESS);
    EXPECT_TRUE(std::filesystem::exists(name.text()));
}

TEST(BadCalls, NullPointersAreErrorsAndChangeNothing)
{
    for (const int shared : {1, 0})
    {
        SegmentName name;
        Image image;
        image.create(name.text(), {4, 1, 1}, _DATATYPE_UINT32, 2, 2, shared);
        fill(data, 4, 7);
        require(daoShmImage2Shm(data, 4, image), "publish");
        require(daoShmSetKeywordLong(image, "k", 5, "kept"), "set keyword");
        const std::vector<unsigned char> before(reinterpret_cast<unsigned char *>(image->md),
                                                reinterpret_cast<unsigned char *>(image->kw + 2));
        for (const Call &call : calls_with_a_null)
        {
            EXPECT_EQ(call.make(image), DAO_ERROR) << call.name;
            EXPECT_EQ(daoLastErrorCode(), DAO_E_ARGUMENT) << call.name;
            const std::string message = daoLastErrorMessage();
            EXPECT_NE(message.find("null"), std::string::npos) << call.name << ": " << message;
            EXPECT_EQ(std::memcmp(image->md, before.data(), before.size()), 0) << call.name << " changed the segment";
            EXPECT_EQ(image.info().writing, 0u) << call.name;
        }
    }
}

TEST(BadCalls, ResultsThatMayBeNullMayBeNull)
{
    SegmentName name;
    Image image;
    image.create(name.text(), {4}, _DATATYPE_UINT32, 2);
    fill(data, 4, 1);
    require(daoShmImage2Shm(data, 4, image), "publish");
    EXPECT_EQ(daoShmReadNewest(image, data, 4, nullptr, nullptr), DAO_SUCCESS);
    EXPECT_EQ(daoShmReadNext(image, data, 4, nullptr, nullptr, nullptr), DAO_SUCCESS);
    EXPECT_EQ(daoShmReadLast(image, data, 1, nullptr), DAO_SUCCESS);
    EXPECT_EQ(daoShmGetNewestSegment(image, &slot, nullptr, nullptr), DAO_SUCCESS);
    EXPECT_EQ(daoShmResetTail(image, nullptr, nullptr), DAO_SUCCESS);
    EXPECT_EQ(daoShmGetReaders(image, nullptr, 0, &number), DAO_SUCCESS);
    EXPECT_EQ(number, 1u);
}

TEST(BadCalls, HandleForReadingOnlyChangesNothing)
{
    SegmentName name;
    Image maker, reader;
    maker.create(name.text(), {4}, _DATATYPE_UINT32, 2, 2);
    reader.open_read_only(name.text());
    const Call changes[] = {
        {"Image2Shm", [](IMAGE *image) { return daoShmImage2Shm(data, 4, image); }},
        {"Image2ShmQuiet", [](IMAGE *image) { return daoShmImage2ShmQuiet(data, 4, image); }},
        {"BeginWrite", [](IMAGE *image) { return daoShmLoanBegin(image, &slot); }},
        {"TimestampShm", [](IMAGE *image) { return daoShmTimestampShm(image); }},
        {"SemPost", [](IMAGE *image) { return daoSemPost(image, 0); }},
        {"SemPostAll", [](IMAGE *image) { return daoSemPostAll(image); }},
        {"ImageCreateSem", [](IMAGE *image) { return daoShmImageCreateSem(image, 5); }},
        {"SetKeywordLong", [](IMAGE *image) { return daoShmSetKeywordLong(image, "k", 1, nullptr); }},
        {"RemoveKeyword", [](IMAGE *image) { return daoShmRemoveKeyword(image, "k"); }},
    };
    const std::vector<unsigned char> before(reinterpret_cast<unsigned char *>(maker->md),
                                            reinterpret_cast<unsigned char *>(maker->kw + 2));
    for (const Call &call : changes)
    {
        EXPECT_EQ(call.make(reader), DAO_ERROR) << call.name;
        EXPECT_EQ(daoLastErrorCode(), DAO_E_READ_ONLY) << call.name << ": " << daoLastErrorMessage();
        EXPECT_EQ(std::memcmp(maker->md, before.data(), before.size()), 0) << call.name << " changed the segment";
    }
}

TEST(BadCalls, FrameOfASlotThatIsNotThereIsRefused)
{
    SegmentName name;
    Image image;
    image.create(name.text(), {4}, _DATATYPE_UINT32, 2);
    DAO_FRAME elsewhere = DAO_FRAME_INIT;
    elsewhere.slot = 2;
    EXPECT_EQ(daoShmCheckFrame(image, &elsewhere), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_ARGUMENT);
    EXPECT_NE(std::string(daoLastErrorMessage()).find("slot 2"), std::string::npos) << daoLastErrorMessage();
}

TEST(BadCalls, TheLogTakesNullPointers)
{
    daoLogAt(LOG_LEVEL_TRACE, nullptr, nullptr, 0, "%s", "never printed");
    EXPECT_EQ(daoBaseIp2Int(nullptr), static_cast<unsigned>(DAO_ERROR));
    EXPECT_NE(daoBaseGetTimeStamp(), nullptr);
}

TEST(BadCalls, TheLastErrorIsTheThreadsOwn)
{
    EXPECT_EQ(daoShmShm2Img(nullptr, nullptr), DAO_ERROR);
    const Failure mine = last_failure();
    std::thread other([] {
        EXPECT_EQ(daoLastErrorCode(), DAO_E_NONE);
        EXPECT_NE(daoLastErrorMessage(), nullptr);
        Image image;
        EXPECT_EQ(image.try_open(""), DAO_ERROR);
        EXPECT_EQ(daoLastErrorCode(), DAO_E_NAME);
    });
    other.join();
    EXPECT_EQ(daoLastErrorCode(), mine.code);
    EXPECT_EQ(daoLastErrorMessage(), mine.message);
}

}
