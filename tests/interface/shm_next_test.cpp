// next(): each way to wait, in order and newest.
#include "../processes/timing.hpp"
#include "next_options.hpp"
#include "pair.hpp"

#include <gtest/gtest.h>
#include <thread>

namespace
{
using namespace std::chrono_literals;

TEST(ShmNext, DeliversEachFrameInOrderOnce)
{
    Pair pair(8);
    for (uint64_t number = 1; number <= 5; ++number)
    {
        pair.writer.set_frame_id(100 + number);
        pair.writer.set_acquisition_time(Dao::TimePoint(std::chrono::nanoseconds(number)));
        pair.writer.set_frame(frame_of(number));
    }
    Frame frame;
    for (uint64_t number = 1; number <= 5; ++number)
    {
        const auto result = pair.reader.next(frame, in_order());
        ASSERT_EQ(result.status, DAO_SUCCESS);
        EXPECT_TRUE(result.whole);
        EXPECT_EQ(result.cnt0, number);
        EXPECT_EQ(result.cnt2, 100 + number);
        EXPECT_EQ(result.acquisition_time.time_since_epoch().count(), static_cast<int64_t>(number));
        EXPECT_EQ(result.missed, 0u);
        EXPECT_EQ(frame, frame_of(number));
    }
    const auto none = pair.reader.next(frame, in_order(0ns));
    EXPECT_EQ(none.status, DAO_TIMEOUT);
    EXPECT_FALSE(none.whole);
    EXPECT_EQ(none.cnt0, 0u);
}

TEST(ShmNext, NewestLeavesOutWhatIsOlder)
{
    Pair pair(8);
    pair.publish(1);
    Frame frame;
    ASSERT_TRUE(pair.reader.next(frame, newest()));
    pair.publish(3);
    const auto result = pair.reader.next(frame, newest());
    EXPECT_EQ(result.status, DAO_SUCCESS);
    EXPECT_EQ(result.cnt0, 4u);
    EXPECT_EQ(result.missed, 2u);
    EXPECT_EQ(frame, frame_of(4));
    EXPECT_EQ(pair.reader.next(frame, newest(0ns)).status, DAO_TIMEOUT) << "no frame is delivered twice";
}

TEST(ShmNext, LappedReaderGetsTheOldestWholeFrame)
{
    Pair pair(4);
    pair.publish(1);
    Frame frame;
    ASSERT_TRUE(pair.reader.next(frame, in_order()));
    pair.publish(9);
    auto result = pair.reader.next(frame, in_order());
    EXPECT_EQ(result.status, DAO_OVERWRITE);
    EXPECT_TRUE(result.whole);
    EXPECT_EQ(result.cnt0, 7u);
    EXPECT_EQ(result.missed, 5u);
    EXPECT_EQ(frame, frame_of(7));
    result = pair.reader.next(frame, in_order());
    EXPECT_EQ(result.status, DAO_SUCCESS);
    EXPECT_EQ(result.cnt0, 8u);
    EXPECT_EQ(result.missed, 0u);
}

TEST(ShmNext, GoesIntoAGivenPlace)
{
    Pair pair(4);
    pair.publish(2);
    float place[5] = {0, 0, 0, 0, -1};
    EXPECT_EQ(pair.reader.next(place, 4, in_order()).cnt0, 1u);
    EXPECT_EQ(place[3], 1.0f);
    EXPECT_EQ(pair.reader.next(place, 2, in_order()).cnt0, 2u);
    EXPECT_EQ(place[1], 2.0f);
    EXPECT_EQ(place[2], 1.0f) << "two elements were asked for";
    EXPECT_EQ(error_of([&] { pair.reader.next(place, 5, in_order(0ns)); }), DAO_E_RANGE);
    EXPECT_EQ(place[4], -1.0f);
}

TEST(ShmNext, WaitAloneLeavesTheFrameUnseen)
{
    Pair pair(4);
    Dao::Image &reader = pair.reader;
    EXPECT_EQ(reader.next(nullptr, 0, in_order(0ns)).status, DAO_TIMEOUT);
    pair.publish(1);
    EXPECT_EQ(reader.next(nullptr, 0, in_order()).status, DAO_SUCCESS);
    EXPECT_EQ(reader.next(nullptr, 0, newest()).status, DAO_SUCCESS);
    Frame frame;
    EXPECT_EQ(pair.reader.next(frame, in_order()).cnt0, 1u);
}

TEST(ShmNext, StatusSaysWhetherTheFrameIsWhole)
{
    DAO_FRAME frame = DAO_FRAME_INIT;
    frame.cnt0 = 3;
    for (int status = DAO_OUTRUN; status <= DAO_SUCCESS; ++status)
    {
        const Dao::ReadResult result(static_cast<int_fast8_t>(status), frame, 2);
        const bool whole = status == DAO_SUCCESS || status == DAO_OVERWRITE;
        EXPECT_EQ(result.whole, whole) << status;
        EXPECT_EQ(static_cast<bool>(result), whole) << status;
        EXPECT_EQ(result.cnt0, whole ? 3u : 0u) << status;
    }
}

TEST(ShmNext, OutrunReaderHasNoFrame)
{
    constexpr uint32_t elements = 32u << 20; // 128 MB: takes longer than the writer is without a processor
    const SegmentName name;
    Dao::Shm<float> writer(name, {elements});
    Dao::Shm<float> reader(name);
    std::atomic<bool> done{false};
    std::thread flat_out([&] {
        const float first = 1;
        while (!done)
        {
            static_cast<Dao::Image &>(writer).set_frame(&first, 1);
        }
    });
    Frame frame;
    const auto is_outrun = [&](auto read_once) {
        // Each read of a busy machine may find the writer without a processor all the time.
        for (const auto end = std::chrono::steady_clock::now() + 60s; std::chrono::steady_clock::now() < end;)
        {
            const Dao::ReadResult result = read_once();
            // Not ready: the last try met the slot while it was being written.
            EXPECT_TRUE(result.status == DAO_OUTRUN || result.status == DAO_NOTREADY || result.status == DAO_SUCCESS);
            EXPECT_EQ(result.whole, result.status == DAO_SUCCESS);
            if (result.status == DAO_OUTRUN)
            {
                return true;
            }
        }
        return false;
    };
    Dao::NextOptions spinning;
    spinning.wait = DAO_WAIT_SPIN;
    EXPECT_TRUE(is_outrun([&] { return reader.read(frame); }));
    EXPECT_TRUE(is_outrun([&] { return reader.next(frame, spinning); }));
    done = true;
    flat_out.join();
    const auto result = reader.read(frame);
    EXPECT_EQ(result.status, DAO_SUCCESS);
    EXPECT_EQ(result.cnt0, writer.get_counter());
}

class ShmNextWait : public ::testing::TestWithParam<DAO_WAIT_MODE>
{
  protected:
    Dao::NextOptions how(std::chrono::nanoseconds timeout, DAO_NEXT_ORDER order = DAO_NEXT_IN_ORDER) const
    {
        Dao::NextOptions options;
        options.order = order;
        options.wait = GetParam();
        options.semaphore = 4;
        options.timeout = timeout;
        return options;
    }
};

TEST_P(ShmNextWait, TimesOutNoSoonerThanAsked)
{
    Pair pair(2);
    Frame frame;
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(pair.reader.next(frame, how(20ms)).status, DAO_TIMEOUT);
    EXPECT_GE(std::chrono::steady_clock::now() - start, 20ms);
    EXPECT_EQ(pair.reader.next(frame, how(0ms, DAO_NEXT_NEWEST)).status, DAO_TIMEOUT);
}

TEST_P(ShmNextWait, EndsWithTheFrame)
{
    Pair pair(32);
    std::thread writer([&] {
        for (int frame = 0; frame < 20; ++frame)
        {
            std::this_thread::sleep_for(1ms);
            pair.publish(1);
        }
    });
    Frame frame;
    for (uint64_t number = 1; number <= 20; ++number)
    {
        const auto result = pair.reader.next(frame, how(Dao::forever));
        EXPECT_EQ(result.status, DAO_SUCCESS);
        EXPECT_EQ(result.cnt0, number);
        EXPECT_EQ(frame, frame_of(number));
    }
    writer.join();
}

TEST_P(ShmNextWait, EndsOnRemoval)
{
    Pair pair(2);
    std::thread remover([&] {
        std::this_thread::sleep_for(30ms);
        Dao::remove_segment(pair.name);
    });
    Frame frame;
    EXPECT_EQ(pair.reader.next(frame, how(60s)).status, DAO_REMOVED);
    remover.join();
}

TEST_P(ShmNextWait, EndsOnReplacementOrFollowsIt)
{
    Pair pair(2);
    Dao::Shm<float> follower(pair.name);
    follower.set_follow(true);
    std::thread replacer([&] {
        std::this_thread::sleep_for(30ms);
        Dao::Shm<float> wider(pair.name, {6});
        std::this_thread::sleep_for(30ms);
        wider.set_frame(frame_of(2, 6));
    });
    Frame frame;
    EXPECT_EQ(pair.reader.next(frame, how(60s)).status, DAO_REPLACED);
    const auto result = follower.next(frame, how(60s));
    replacer.join();
    EXPECT_EQ(result.status, DAO_SUCCESS);
    EXPECT_EQ(follower.get_shape(), Dao::Shape{6});
    EXPECT_EQ(frame, frame_of(2, 6));
}

TEST_P(ShmNextWait, EndsOnInterrupt)
{
    Pair pair(2);
    std::thread interrupter([&] {
        std::this_thread::sleep_for(30ms);
        daoShmInterrupt();
    });
    Frame frame;
    EXPECT_EQ(pair.reader.next(frame, how(60s)).status, DAO_INTERRUPTED);
    interrupter.join();
    daoShmInterrupt();
    pair.reader.forget_interrupts();
    EXPECT_EQ(pair.reader.next(frame, how(5ms)).status, DAO_TIMEOUT);
}

INSTANTIATE_TEST_SUITE_P(Ways, ShmNextWait,
                         ::testing::Values(DAO_WAIT_SLEEP, DAO_WAIT_SPIN, DAO_WAIT_ADAPTIVE, DAO_WAIT_SEMAPHORE));
} // namespace
