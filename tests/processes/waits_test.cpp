// Every wait mode: woken by a frame, by the time limit, by replacement, by removal, by daoShmInterrupt().
#include "frames.hpp"
#include "image.hpp"
#include "role.hpp"
#include "segment_name.hpp"
#include "timing.hpp"
#include "wait_modes.hpp"

#include <atomic>
#include <climits>
#include <future>
#include <gtest/gtest.h>
#include <limits>

namespace
{

using namespace test;

void publish(IMAGE *image, uint64_t number)
{
    Frame frame(8);
    fill(frame, number);
    require(daoShmImage2Shm(frame.data(), 8, image), "publish");
}

class Waits : public testing::TestWithParam<WaitMode>
{
  protected:
    void SetUp() override
    {
        writer_.create(name_.text(), {8}, _DATATYPE_UINT32, 2);
        reader_.open(name_.text());
    }

    // Begins a wait for the next frame in another thread; it is under way when this returns.
    std::future<int_fast8_t> begin_wait(int64_t timeout_ns)
    {
        std::promise<void> begun;
        std::future<void> is_begun = begun.get_future();
        auto result = std::async(std::launch::async, [this, timeout_ns, started = std::move(begun)]() mutable {
            const uint64_t after = daoShmGetCounter(reader_);
            started.set_value();
            kept_ns_ = -kept_waiting_ns(); // as who spins is
            const int_fast8_t status = wait_for_frame(reader_, GetParam(), after, timeout_ns);
            kept_ns_ += kept_waiting_ns();
            code_ = daoLastErrorCode();
            message_ = daoLastErrorMessage();
            return status;
        });
        is_begun.wait();
        std::this_thread::sleep_for(milliseconds(30));
        return result;
    }

    // What ends the wait has just been done; the lateness is watched since before.
    void expect_end(std::future<int_fast8_t> &result, int_fast8_t status, const Lateness &lateness)
    {
        const auto begin = Clock::now();
        ASSERT_EQ(result.wait_for(milliseconds(60'000)), std::future_status::ready);
        EXPECT_LT(Clock::now() - begin - std::chrono::nanoseconds(kept_ns_), soon + lateness.allowance());
        EXPECT_EQ(result.get(), status);
    }

    SegmentName name_;
    Image writer_, reader_;
    int64_t kept_ns_ = 0;
    DAO_ERROR_CODE code_ = DAO_E_NONE;
    std::string message_;
};

TEST_P(Waits, AreEndedByAFrame)
{
    for (uint64_t number = 1; number <= 5; ++number)
    {
        auto result = begin_wait(60 * second_ns);
        publish(writer_, number);
        ASSERT_EQ(result.wait_for(milliseconds(5000)), std::future_status::ready);
        EXPECT_EQ(result.get(), DAO_SUCCESS);
        EXPECT_EQ(daoShmGetCounter(reader_), number);
    }
}

TEST_P(Waits, WithoutALimitAreEndedByAFrame)
{
    auto result = begin_wait(-1);
    EXPECT_EQ(result.wait_for(milliseconds(300)), std::future_status::timeout);
    publish(writer_, 1);
    EXPECT_EQ(result.get(), DAO_SUCCESS);
}

TEST_P(Waits, EndWhenTheTimeLimitPasses)
{
    for (const int64_t limit_ns : {int64_t{0}, 5 * millisecond_ns, 150 * millisecond_ns})
    {
        int_fast8_t status = 0;
        const Lateness lateness;
        const int64_t taken_ns = elapsed_ns([&] { status = wait_for_frame(reader_, GetParam(), 0, limit_ns); });
        EXPECT_EQ(status, DAO_TIMEOUT);
        EXPECT_EQ(daoLastErrorCode(), DAO_E_TIMEOUT);
        EXPECT_NE(std::string(daoLastErrorMessage()).find(name_.text()), std::string::npos);
        EXPECT_GE(taken_ns, limit_ns - 5 * millisecond_ns); // the realtime clock may be slewed a little
        EXPECT_LT(taken_ns - lateness.allowance_ns(), limit_ns + 2 * second_ns);
    }
}

TEST_P(Waits, EndAtOnceWhenTheFrameIsThere)
{
    publish(writer_, 1);
    EXPECT_EQ(wait_for_frame(reader_, GetParam(), 0, 0), DAO_SUCCESS);
}

TEST_P(Waits, AreToldOfReplacement)
{
    auto result = begin_wait(60 * second_ns);
    Image other;
    const Lateness lateness;
    other.create(name_.text(), {9}, _DATATYPE_UINT32, 2);
    expect_end(result, DAO_REPLACED, lateness);
    EXPECT_EQ(code_, DAO_E_REPLACED);
    EXPECT_NE(message_.find(name_.text()), std::string::npos) << message_;
    EXPECT_EQ(daoShmCheckReplaced(reader_), DAO_REPLACED);
    EXPECT_EQ(daoShmReopen(reader_), DAO_SUCCESS);
    EXPECT_EQ(reader_->md->size[0], 9u);
    EXPECT_EQ(daoShmCheckReplaced(reader_), DAO_SUCCESS);
}

TEST_P(Waits, AreToldOfRemoval)
{
    auto result = begin_wait(60 * second_ns);
    const Lateness lateness;
    EXPECT_EQ(daoShmRemove(name_.c_str()), DAO_SUCCESS);
    expect_end(result, DAO_REMOVED, lateness);
    EXPECT_EQ(code_, DAO_E_REMOVED);
    EXPECT_EQ(daoShmCheckReplaced(reader_), DAO_REMOVED);
    EXPECT_EQ(daoShmReopen(reader_), DAO_ERROR);
    EXPECT_EQ(reader_->used, 1) << "the old segment stays open";
    Frame frame(writer_->md->nelement);
    EXPECT_EQ(daoShmImage2Shm(frame.data(), static_cast<uint32_t>(frame.size()), writer_), DAO_REMOVED);
    EXPECT_EQ(daoShmReadNewest(reader_, frame.data(), frame.size(), nullptr, nullptr), DAO_REMOVED);
    EXPECT_EQ(daoShmGetCounter(reader_), 0u) << "the mapping stays valid";
}

TEST_P(Waits, AreToldWhenSomebodyDeletesTheFile)
{
    auto result = begin_wait(60 * second_ns);
    const Lateness lateness;
    if (!name_.delete_file())
    {
        daoShmRemove(name_.c_str());
        EXPECT_EQ(result.get(), DAO_REMOVED);
        GTEST_SKIP() << "this system keeps a file that is in use";
    }
    expect_end(result, DAO_REMOVED, lateness);
}

// However the caller slices its time: none of the slices is as long as the time between two looks at the name.
TEST_P(Waits, InSlicesAreToldWhenSomebodyDeletesTheFile)
{
    if (!name_.delete_file())
        GTEST_SKIP() << "this system keeps a file that is in use";
    int_fast8_t status = DAO_TIMEOUT;
    const int64_t taken_ns = punctual_ns([&] {
        const auto begin = Clock::now();
        while (status == DAO_TIMEOUT && Clock::now() - begin < milliseconds(10'000))
            status = wait_for_frame(reader_, GetParam(), 0, 20 * millisecond_ns);
    });
    EXPECT_EQ(status, DAO_REMOVED);
    EXPECT_LT(std::chrono::nanoseconds(taken_ns), soon);
}

TEST_P(Waits, AreEndedByTheInterruptOfTheProcess)
{
    auto result = begin_wait(60 * second_ns);
    for (int tries = 0; tries < 10 && result.wait_for(milliseconds(500)) != std::future_status::ready; ++tries)
        daoShmInterrupt(); // the first may come before the wait begins
    ASSERT_EQ(result.wait_for(milliseconds(0)), std::future_status::ready);
    EXPECT_EQ(result.get(), DAO_INTERRUPTED);
    EXPECT_EQ(code_, DAO_E_INTERRUPTED);
    EXPECT_EQ(wait_for_frame(reader_, GetParam(), 0, 10 * millisecond_ns), DAO_TIMEOUT) << "later waits are not ended";
    publish(writer_, 1);
    EXPECT_EQ(wait_for_frame(reader_, GetParam(), 0, second_ns), DAO_SUCCESS) << "no frame was counted";
}

TEST(PointsInTime, MayHaveAnythingForNanoseconds)
{
    SegmentName name;
    Image image;
    image.create(name.text(), {8}, _DATATYPE_UINT32);
    for (const long part : {LONG_MIN, -1L, 1'000'000'000L, LONG_MAX})
        for (const time_t seconds : {time_t{0}, time_t{100}, std::numeric_limits<time_t>::min()})
        {
            const timespec past{seconds, part};
            EXPECT_EQ(daoShmWaitForSemaphoreTimeout(image, 0, &past), DAO_TIMEOUT) << seconds << " " << part;
            EXPECT_EQ(daoShmWaitTimeout(image, &past), DAO_TIMEOUT) << seconds << " " << part;
        }
}

TEST_P(Waits, GoOnWhenTheSegmentIsReused)
{
    for (uint64_t number = 1; number <= 5; ++number)
        publish(writer_, number);
    const timespec past{1, 0};
    (void)daoShmWaitForSemaphoreTimeout(reader_, 0, &past);
    auto result = begin_wait(60 * second_ns);
    Image again;
    again.create(name_.text(), {8}, _DATATYPE_UINT32, 2);
    EXPECT_EQ(daoShmGetCounter(again), 0u);
    EXPECT_EQ(result.wait_for(milliseconds(250)), std::future_status::timeout) << "no frame yet";
    publish(again, 1);
    ASSERT_EQ(result.wait_for(milliseconds(3000)), std::future_status::ready);
    EXPECT_EQ(result.get(), DAO_SUCCESS);
    uint64_t counter = 0;
    Frame frame(8);
    EXPECT_EQ(daoShmReadNext(reader_, frame.data(), 8, &counter, nullptr, nullptr), DAO_SUCCESS);
    EXPECT_EQ(counter, 1u);
    EXPECT_EQ(reader_.info().generation, 1u);
}

TEST_P(Waits, WorkOnAReadOnlyHandle)
{
    Image only;
    only.open_read_only(name_.text());
    EXPECT_EQ(only.info().read_only, 1u);
    EXPECT_EQ(wait_for_frame(only, GetParam(), 0, 10 * millisecond_ns), DAO_TIMEOUT);
    auto result = std::async(std::launch::async, [&] { return wait_for_frame(only, GetParam(), 0, 60 * second_ns); });
    std::this_thread::sleep_for(milliseconds(30));
    publish(writer_, 1);
    ASSERT_EQ(result.wait_for(milliseconds(3000)), std::future_status::ready);
    EXPECT_EQ(result.get(), DAO_SUCCESS);
    Frame frame(8);
    EXPECT_EQ(daoShmReadNewest(only, frame.data(), 8, nullptr, nullptr), DAO_SUCCESS);
    EXPECT_TRUE(is_frame(frame, 1));
    EXPECT_EQ(daoShmImage2Shm(frame.data(), 8, only), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_READ_ONLY);
    uint32_t readers = 9;
    require(daoShmCountReaders(writer_, &readers), "readers");
    EXPECT_EQ(readers, 0u) << "a read-only handle is not listed";
}

INSTANTIATE_TEST_SUITE_P(WaitModes, Waits, testing::ValuesIn(all_wait_modes),
                         [](const auto &row) { return name_of(row.param); });

TEST(Counter, FramePublishedJustBeforeTheCallIsNotMissed)
{
    SegmentName name;
    Image writer, reader;
    writer.create(name.text(), {8}, _DATATYPE_UINT32);
    publish(writer, 1);
    reader.open(name.text());
    for (uint64_t number = 2; number <= 6; ++number)
    {
        publish(writer, number);
        EXPECT_EQ(daoShmWaitForCounter(reader), DAO_SUCCESS);
    }
    auto result = std::async(std::launch::async, [&] { return daoShmWaitForCounter(reader); });
    EXPECT_EQ(result.wait_for(milliseconds(100)), std::future_status::timeout) << "each frame ends one wait";
    publish(writer, 7);
    EXPECT_EQ(result.get(), DAO_SUCCESS);
    publish(writer, 8);
    Frame frame(8);
    require(daoShmReadNewest(reader, frame.data(), 8, nullptr, nullptr), "read");
    auto after_read = std::async(std::launch::async, [&] { return daoShmWaitForCounter(reader); });
    EXPECT_EQ(after_read.wait_for(milliseconds(100)), std::future_status::timeout) << "frame 8 was read already";
    publish(writer, 9);
    EXPECT_EQ(after_read.get(), DAO_SUCCESS);
}

TEST(Counter, TargetIsWaitedFor)
{
    SegmentName name;
    Image writer, reader;
    writer.create(name.text(), {8}, _DATATYPE_UINT32);
    reader.open(name.text());
    EXPECT_EQ(daoShmWaitForTargetCounter(reader, 0), DAO_SUCCESS);
    auto result = std::async(std::launch::async, [&] { return daoShmWaitForTargetCounter(reader, 3); });
    for (uint64_t number = 1; number <= 2; ++number)
        publish(writer, number);
    EXPECT_EQ(result.wait_for(milliseconds(100)), std::future_status::timeout);
    publish(writer, 3);
    EXPECT_EQ(result.get(), DAO_SUCCESS);
    EXPECT_EQ(daoShmWaitForTargetCounter(reader, 2), DAO_SUCCESS);
    Image again;
    again.create(name.text(), {8}, _DATATYPE_UINT32);
    result = std::async(std::launch::async, [&] { return daoShmWaitForTargetCounter(reader, 3); });
    for (uint64_t number = 1; number <= 3; ++number)
    {
        EXPECT_EQ(result.wait_for(milliseconds(20)), std::future_status::timeout) << number;
        publish(again, number);
    }
    EXPECT_EQ(result.get(), DAO_SUCCESS) << "counted from the first frame since the segment was made again";
    EXPECT_EQ(daoShmGetCounter(reader), 3u);
}

TEST(Adaptive, FindsEveryFrameOfAPacedWriter)
{
    SegmentName name;
    Image writer, reader;
    writer.create(name.text(), {8}, _DATATYPE_UINT32, 512);
    reader.open(name.text());
    std::jthread pacing([&] {
        auto next = Clock::now();
        for (uint64_t number = 1; number <= 300; ++number)
        {
            std::this_thread::sleep_until(next += milliseconds(2));
            publish(writer, number);
        }
    });
    uint64_t last = 0;
    while (last < 300)
    {
        ASSERT_EQ(daoShmWaitForFrameAdaptive(reader, last, 60 * second_ns), DAO_SUCCESS);
        Frame frame(8);
        uint64_t counter = 0;
        while (daoShmReadNext(reader, frame.data(), 8, &counter, nullptr, nullptr) == DAO_SUCCESS)
        {
            EXPECT_EQ(counter, last + 1);
            EXPECT_TRUE(is_frame(frame, counter));
            last = counter;
        }
        ASSERT_EQ(daoLastErrorCode(), DAO_E_NOT_READY) << daoLastErrorMessage();
    }
    EXPECT_EQ(daoShmGetMissed(reader), 0u);
}

// Waits for the frames 1 to the last one asked for, and reads each.
int play_frame_reader(const Arguments &arguments)
{
    Image image;
    image.open(arguments.at(0));
    const uint64_t frames = std::stoull(arguments.at(1));
    say("ready");
    Frame frame(8);
    for (uint64_t number = 1; number <= frames; ++number)
    {
        if (daoShmWaitForFrame(image, number - 1, 60 * second_ns) != DAO_SUCCESS)
            return 2;
        uint64_t counter = 0;
        if (daoShmReadNext(image, frame.data(), 8, &counter, nullptr, nullptr) != DAO_SUCCESS || counter != number ||
            !is_frame(frame, number))
            return 3;
    }
    return 0;
}

const Role frame_reader("frame-reader", play_frame_reader);

TEST(Unlimited, AHundredReaderProcessesGetEveryFrame)
{
    constexpr int reader_count = is_sanitized ? 20 : 100; // a sanitizer takes a moment to start each
    constexpr uint64_t frames = 20;
    SegmentName name;
    Image writer;
    writer.create(name.text(), {8}, _DATATYPE_UINT32, 32);
    std::vector<Child> readers;
    for (int index = 0; index < reader_count; ++index)
        readers.emplace_back("frame-reader", Arguments{name.text(), std::to_string(frames)});
    for (Child &reader : readers)
        ASSERT_EQ(reader.line(milliseconds(60'000)), "ready");
    for (uint64_t number = 1; number <= frames; ++number)
    {
        publish(writer, number);
        std::this_thread::sleep_for(milliseconds(5));
    }
    for (Child &reader : readers)
        EXPECT_EQ(reader.wait(), 0);
}

TEST(Unlimited, AHundredReaderThreadsGetEveryFrame)
{
    constexpr uint64_t frames = 20;
    SegmentName name;
    Image writer;
    writer.create(name.text(), {8}, _DATATYPE_UINT32, 32);
    std::atomic<int> ready{0}, failed{0};
    std::vector<std::thread> threads;
    for (int index = 0; index < 100; ++index)
        threads.emplace_back([&] {
            Image image;
            image.open(name.text());
            ++ready;
            Frame frame(8);
            for (uint64_t number = 1; number <= frames; ++number)
                if (daoShmWaitForFrame(image, number - 1, 60 * second_ns) != DAO_SUCCESS ||
                    daoShmReadNext(image, frame.data(), 8, nullptr, nullptr, nullptr) != DAO_SUCCESS ||
                    !is_frame(frame, number))
                    ++failed;
        });
    EXPECT_TRUE(eventually([&] { return ready == 100; }));
    for (uint64_t number = 1; number <= frames; ++number)
    {
        publish(writer, number);
        std::this_thread::sleep_for(milliseconds(5));
    }
    for (std::thread &thread : threads)
        thread.join();
    EXPECT_EQ(failed, 0);
}

}
