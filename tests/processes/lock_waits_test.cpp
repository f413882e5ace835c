// Writes and keywords that wait for another's lock: how long, and what ends the wait.
#include "extension_words.hpp"
#include "frames.hpp"
#include "image.hpp"
#include "role.hpp"
#include "segment_name.hpp"
#include "timing.hpp"

#include <filesystem>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>
#include <optional>
#include <ostream>

namespace
{

using namespace test;

constexpr uint32_t size = 16;
constexpr int64_t usual_limit_ns = 5 * second_ns;

// Holds the lock of frames, or that of keywords, until it is killed.
int play_lock_holder(const Arguments &arguments)
{
    Image image;
    image.open(arguments.at(0));
    Frame frame(size);
    if (arguments.at(1) == "frames")
    {
        void *slot = nullptr;
        require(daoShmLoanBegin(image, &slot), "begin");
    }
    else
    {
        require(daoShmImage2Shm(frame.data(), size, image), "publish"); // which gives this process its token
        dao::format::Extension &extension = extension_of(image);
        extension.keyword_lock = extension.last_writer;
    }
    say("holds");
    std::this_thread::sleep_for(std::chrono::minutes(2));
    return 1;
}

const Role lock_holder("lock-holder", play_lock_holder);

// A call that needs the lock.
struct Call
{
    const char *name;
    const char *lock;
    std::function<int_fast8_t(IMAGE *)> make;

    friend void PrintTo(const Call &value, std::ostream *out) { *out << value.name; }
};

Frame data(size, 7);

const std::vector<Call> calls = {
    {"Publish", "frames", [](IMAGE *image) { return daoShmImage2Shm(data.data(), size, image); }},
    {"Quiet", "frames", [](IMAGE *image) { return daoShmImage2ShmQuiet(data.data(), size, image); }},
    {"Packet", "frames",
     [](IMAGE *image) { return daoShmImagePart2Shm(reinterpret_cast<char *>(data.data()), size, image, 0, 0, 1, 1); }},
    {"Finalise", "frames", [](IMAGE *image) { return daoShmImagePart2ShmFinalize(image); }},
    {"Slice", "frames", [](IMAGE *image) { return daoShmWriteSlice(image, data.data(), 4); }},
    {"Stamp", "frames", [](IMAGE *image) { return daoShmTimestampShm(image); }},
    {"Sum", "frames",
     [](IMAGE *image) {
         Image input;
         input.create("input", {size}, _DATATYPE_UINT32, 1, 0, 0);
         IMAGE *inputs[] = {input};
         return daoShmCombineShm2Shm(inputs, image, 1, size);
     }},
    {"Loan", "frames",
     [](IMAGE *image) {
         void *slot = nullptr;
         return daoShmLoanBegin(image, &slot);
     }},
    {"SetKeyword", "keywords", [](IMAGE *image) { return daoShmSetKeywordLong(image, "GAIN", 2, nullptr); }},
    {"SetKeywords", "keywords",
     [](IMAGE *image) {
         IMAGE_KEYWORD keyword = {"GAIN", 'L', {2}, ""};
         return daoShmSetKeywords(image, &keyword, 1, 0);
     }},
    {"RemoveKeyword", "keywords", [](IMAGE *image) { return daoShmRemoveKeyword(image, "GAIN"); }},
};

class LockWaits : public testing::TestWithParam<Call>
{
  protected:
    void SetUp() override
    {
        image_.create(name_.text(), {4, 2, 2}, _DATATYPE_UINT32, 2, 2);
        require(daoShmSetKeywordLong(image_, "GAIN", 1, nullptr), "keyword");
        holder_.emplace("lock-holder", Arguments{name_.text(), GetParam().lock});
        ASSERT_EQ(holder_->line(), "holds");
        counter_ = daoShmGetCounter(image_);
    }
    void TearDown() override { daoShmSetLockLimit(usual_limit_ns); }

    int_fast8_t call() { return GetParam().make(image_); }
    void expect_nothing_written()
    {
        EXPECT_EQ(daoShmGetCounter(image_), counter_);
        IMAGE_KEYWORD keyword;
        ASSERT_EQ(daoShmGetKeyword(image_, "GAIN", &keyword), DAO_SUCCESS);
        EXPECT_EQ(keyword.value.numl, 1);
    }

    SegmentName name_;
    Image image_;
    std::optional<Child> holder_;
    uint64_t counter_ = 0;
};

TEST_P(LockWaits, LastAsLongAsTheThreadSays)
{
    EXPECT_EQ(daoShmSetLockLimit(0), usual_limit_ns) << "at first";
    EXPECT_EQ(call(), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_BUSY);
    const std::string message = daoLastErrorMessage();
    EXPECT_NE(message.find(std::to_string(holder_->pid())), std::string::npos) << message;
    EXPECT_EQ(daoShmSetLockLimit(100 * millisecond_ns), 0);
    EXPECT_GE(elapsed_ns([&] { EXPECT_EQ(call(), DAO_ERROR); }), 100 * millisecond_ns);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_BUSY);
    std::thread([] { EXPECT_EQ(daoShmSetLockLimit(1), usual_limit_ns) << "each thread has its own"; }).join();
    EXPECT_EQ(daoShmSetLockLimit(usual_limit_ns), 100 * millisecond_ns);
    expect_nothing_written();
}

TEST_P(LockWaits, DoNotLastForTheDead)
{
    holder_->kill();
    daoShmSetLockLimit(0);
    if (std::string(GetParam().name) == "Finalise") // what the dead one had begun is no frame
    {
        EXPECT_EQ(call(), DAO_ERROR);
        EXPECT_EQ(daoLastErrorCode(), DAO_E_STATE) << daoLastErrorMessage();
    }
    EXPECT_EQ(call(), DAO_SUCCESS) << daoLastErrorMessage();
}

// Without a limit nothing else can end the wait.
TEST_P(LockWaits, EndByAnInterrupt)
{
    daoShmSetLockLimit(-1);
    std::atomic<bool> ended{false};
    std::thread interrupter([&] {
        for (; !ended; std::this_thread::sleep_for(milliseconds(5)))
            daoShmInterrupt();
    });
    EXPECT_EQ(call(), DAO_INTERRUPTED);
    ended = true;
    interrupter.join();
    EXPECT_EQ(daoLastErrorCode(), DAO_E_INTERRUPTED);
    expect_nothing_written();
}

TEST_P(LockWaits, EndByAnInterruptThatCameBefore)
{
    daoShmInterrupt();
    daoShmSetLockLimit(-1);
    EXPECT_EQ(call(), DAO_INTERRUPTED);
    daoShmSetLockLimit(1);
    EXPECT_EQ(call(), DAO_ERROR) << "it was reported";
    daoShmInterrupt();
    require(daoShmForgetInterrupts(image_), "forget");
    EXPECT_EQ(call(), DAO_ERROR) << "it was forgotten";
    EXPECT_EQ(daoLastErrorCode(), DAO_E_BUSY);
}

// Without a limit nothing else can end the wait, and the holder does not go.
TEST_P(LockWaits, EndWhenTheSegmentIsRemovedOrReplaced)
{
    const std::string elsewhere = name_.text() + ".moved";
    struct Fate
    {
        int_fast8_t status;
        std::function<void()> happen;
    };
    const std::vector<Fate> fates = {
        {DAO_REMOVED, [&] { std::filesystem::rename(name_.text(), elsewhere); }},
        {DAO_REPLACED, [&] { std::ofstream(name_.text()) << "another file"; }},
        {DAO_REMOVED, [&] { std::filesystem::remove(name_.text()); }},
        {DAO_REPLACED,
         [&] {
             Image other;
             other.create(name_.text(), {3}, _DATATYPE_UINT32);
         }},
    };
    for (const Fate &fate : fates)
        for (const int64_t limit_ns : {int64_t{-1}, 30 * millisecond_ns})
        {
            if (limit_ns < 0)
            {
                std::error_code refused;
                try
                {
                    fate.happen();
                }
                catch (const std::filesystem::filesystem_error &)
                {
                    GTEST_SKIP() << "this system keeps a file that is in use";
                }
            }
            daoShmSetLockLimit(limit_ns);
            EXPECT_EQ(call(), fate.status) << daoLastErrorMessage();
        }
    daoShmSetLockLimit(0);
    std::filesystem::remove(elsewhere);
}

INSTANTIATE_TEST_SUITE_P(Calls, LockWaits, testing::ValuesIn(calls),
                         [](const auto &row) { return std::string(row.param.name); });

// Only who has to wait is interrupted.
TEST(LockWait, IsNotInterruptedWhereTheLockIsFree)
{
    SegmentName name;
    Image image;
    image.create(name.text(), {size}, _DATATYPE_UINT32, 1, 1);
    daoShmInterrupt();
    EXPECT_EQ(daoShmImage2Shm(data.data(), size, image), DAO_SUCCESS);
    EXPECT_EQ(daoShmSetKeywordLong(image, "GAIN", 2, nullptr), DAO_SUCCESS);
    EXPECT_EQ(daoShmWaitForFrame(image, 1, 0), DAO_INTERRUPTED) << "the next wait is";
}

// Making a segment again and removing it wait for other locks than a handle's.
TEST(LockWait, OfACreatorLastsAsLongAsTheThreadSays)
{
    SegmentName name;
    Image image, again;
    image.create(name.text(), {size}, _DATATYPE_UINT32);
    Child holder("lock-holder", {name.text(), "frames"});
    ASSERT_EQ(holder.line(), "holds");
    daoShmSetLockLimit(0);
    EXPECT_EQ(again.try_create(name.text(), {size}, _DATATYPE_UINT32), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_BUSY);
    daoShmSetLockLimit(usual_limit_ns);
    holder.kill();
    EXPECT_EQ(again.try_create(name.text(), {size}, _DATATYPE_UINT32), DAO_SUCCESS) << daoLastErrorMessage();
}

// Who is told that it failed finds everything as it was.
TEST(LockWait, OfACreatorThatFailsClearsNothing)
{
    SegmentName name;
    Image image, again;
    image.create(name.text(), {size}, _DATATYPE_UINT32, 2, 1);
    require(daoShmSetKeywordLong(image, "GAIN", 1, nullptr), "keyword");
    Child holder("lock-holder", {name.text(), "keywords"});
    ASSERT_EQ(holder.line(), "holds");
    daoShmSetLockLimit(0);
    const uint32_t generation = image.info().generation;
    EXPECT_EQ(again.try_create(name.text(), {size}, _DATATYPE_UINT32, 2, 1), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_BUSY);
    EXPECT_EQ(daoShmGetCounter(image), 1u);
    EXPECT_EQ(image.info().generation, generation);
    EXPECT_EQ(daoShmImage2Shm(data.data(), size, image), DAO_SUCCESS) << "the lock of frames is free";
    daoShmSetLockLimit(usual_limit_ns);
    holder.kill();
    EXPECT_EQ(again.try_create(name.text(), {size}, _DATATYPE_UINT32, 2, 1), DAO_SUCCESS) << daoLastErrorMessage();
    uint32_t count = 1;
    require(daoShmCountKeywords(image, &count), "count");
    EXPECT_EQ(count, 0u);
    EXPECT_EQ(daoShmGetCounter(image), 0u);
}

// It has the lock of frames and waits for that of keywords while somebody takes the first one away.
TEST(LockWait, OfACreatorThatLostTheOtherLockClearsNothing)
{
    SegmentName name;
    Image image, again;
    image.create(name.text(), {size}, _DATATYPE_UINT32, 2, 1);
    Child holder("lock-holder", {name.text(), "keywords"});
    ASSERT_EQ(holder.line(), "holds");
    const uint32_t generation = image.info().generation;
    std::thread creator([&] {
        EXPECT_EQ(again.try_create(name.text(), {size}, _DATATYPE_UINT32, 2, 1), DAO_ERROR);
        EXPECT_EQ(daoLastErrorCode(), DAO_E_STATE) << daoLastErrorMessage();
    });
    dao::format::Extension &extension = extension_of(image);
    while (std::atomic_ref<uint64_t>(extension.writer_lock).load() == 0)
        std::this_thread::sleep_for(milliseconds(1));
    EXPECT_EQ(daoShmUnlock(image, 1), DAO_SUCCESS) << daoLastErrorMessage();
    holder.kill();
    creator.join();
    EXPECT_EQ(image.info().generation, generation);
    EXPECT_EQ(daoShmGetCounter(image), 1u);
}

}
