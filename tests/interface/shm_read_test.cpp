// Reading and waiting through Dao::Shm: frames in order, lapped readers, pointers, every wait.
#include "pair.hpp"

#include <gtest/gtest.h>
#include <thread>

namespace
{
using namespace std::chrono_literals;
TEST(ShmRead, BeforeTheFirstFrameThereAreZeros)
{
    Pair pair(3);
    Frame frame(1, 5.0f);
    EXPECT_FALSE(pair.reader.last_frame());
    EXPECT_EQ(pair.reader.read_next(frame).status, DAO_NOTREADY);
    EXPECT_EQ(pair.reader.read_last(frame, 1).status, DAO_NOTREADY);
    EXPECT_FALSE(pair.reader.read_next(frame));
    const auto newest = pair.reader.read(frame);
    EXPECT_EQ(newest.status, DAO_SUCCESS);
    EXPECT_EQ(newest.cnt0, 0u);
    EXPECT_EQ(frame, Frame(4, 0.0f));
    int_fast8_t status = DAO_SUCCESS;
    EXPECT_EQ(pair.reader.get_next_frame(false, status), nullptr);
    EXPECT_EQ(status, DAO_NOTREADY);
    EXPECT_NE(pair.reader.get_frame(), nullptr);
}

// Any process may write to the metadata. Where a frame goes has room for it all the same.
TEST(ShmRead, RoomDoesNotDependOnWhatOthersWriteToTheMetadata)
{
    for (const uint32_t depth : {1u, 4u})
    {
        Pair pair(depth);
        pair.publish(4);
        for (const uint64_t nonsense : {0u, 1u, 1'000'000u})
        {
            pair.reader.get_meta_data(0)->nelement = nonsense;
            Frame frames;
            EXPECT_EQ(pair.reader.read_last(frames, depth).status, DAO_SUCCESS);
            EXPECT_EQ(frames.size(), size_t{4} * depth);
            Frame frame;
            EXPECT_EQ(pair.reader.read(frame).status, DAO_SUCCESS);
            EXPECT_EQ(frame, frame_of(4));
            EXPECT_EQ(pair.reader.borrow_newest().size(), 4u);
            EXPECT_EQ(pair.reader.get_frame_bytes(), 4 * sizeof(float));
            EXPECT_EQ(pair.writer.begin_write().size(), 4u);
            pair.writer.set_frame(frame_of(4)); // an aborted loan leaves no whole frame in the only slot
        }
    }
}

TEST(ShmRead, FramesComeInOrderEachOnce)
{
    Pair pair(4);
    pair.publish(3);
    Frame frame;
    for (uint64_t number = 1; number <= 3; ++number)
    {
        const auto result = pair.reader.read_next(frame);
        EXPECT_EQ(result.cnt0, number);
        EXPECT_EQ(result.missed, 0u);
        EXPECT_EQ(frame, Frame(4, static_cast<float>(number)));
    }
    EXPECT_EQ(pair.reader.read_next(frame).status, DAO_NOTREADY);
    EXPECT_EQ(pair.reader.get_missed(), 0u);
}

TEST(ShmRead, LappedReaderIsToldHowManyItMissed)
{
    Pair pair(4);
    pair.publish(1);
    Frame frame;
    ASSERT_TRUE(pair.reader.read_next(frame));
    pair.publish(9);
    const auto result = pair.reader.read_next(frame);
    EXPECT_EQ(result.status, DAO_OVERWRITE);
    EXPECT_TRUE(result);
    EXPECT_EQ(result.missed, result.cnt0 - 2);
    EXPECT_GE(result.cnt0, 7u);
    EXPECT_EQ(frame, Frame(4, static_cast<float>(result.cnt0)));
    EXPECT_EQ(pair.reader.get_missed(), result.missed);
}

TEST(ShmRead, AfterRewindingComesTheFirstFrameThatIsStillThere)
{
    Pair pair(4);
    pair.publish(2);
    Frame frame;
    ASSERT_EQ(pair.reader.read_next(frame).cnt0, 1u);
    pair.reader.reset_tail();
    pair.reader.rewind();
    Dao::NextOptions how;
    how.order = DAO_NEXT_IN_ORDER;
    how.timeout = 0ns;
    for (uint64_t number = 1; number <= 2; ++number)
    {
        const auto result = pair.reader.next(frame, how);
        EXPECT_EQ(result.cnt0, number);
        EXPECT_EQ(frame, Frame(4, static_cast<float>(number)));
    }
    EXPECT_EQ(pair.reader.get_missed(), 0u);
    pair.publish(6);
    pair.reader.rewind();
    const auto result = pair.reader.read_next(frame);
    EXPECT_EQ(result.status, DAO_OVERWRITE);
    EXPECT_GE(result.cnt0, 5u);
    EXPECT_EQ(result.missed, result.cnt0 - 1);
    pair.reader.rewind();
    how.order = DAO_NEXT_NEWEST;
    EXPECT_EQ(pair.reader.next(frame, how).cnt0, 8u);
}

TEST(ShmRead, LastFramesAreOldestFirst)
{
    Pair pair(4);
    pair.publish(6);
    Frame frames;
    const auto result = pair.reader.read_last(frames, 3);
    ASSERT_TRUE(result);
    EXPECT_EQ(result.cnt0, 4u);
    EXPECT_EQ(frames, (Frame{4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 6, 6}));
    EXPECT_EQ(error_of([&] { pair.reader.read_last(frames, 5); }), DAO_E_RANGE);
    EXPECT_EQ(error_of([&] { pair.reader.read_last(frames, 0); }), DAO_E_RANGE);
}

TEST(ShmRead, PointersSayWhetherTheyStayedWhole)
{
    Pair pair(2);
    pair.publish(1);
    int_fast8_t status = DAO_ERROR;
    uint64_t cnt0 = 0;
    const float *frame = pair.reader.get_next_frame(true, status, cnt0);
    ASSERT_NE(frame, nullptr);
    EXPECT_EQ(status, DAO_SUCCESS);
    EXPECT_EQ(cnt0, 1u);
    EXPECT_EQ(frame[3], 1.0f);
    EXPECT_EQ(pair.reader.check_segment_overwrite(), DAO_SUCCESS);
    pair.publish(2);
    EXPECT_EQ(pair.reader.check_segment_overwrite(), DAO_OVERWRITE);
    pair.publish(2);
    frame = pair.reader.get_next_frame(false, status, cnt0);
    EXPECT_EQ(status, DAO_OVERWRITE);
    EXPECT_EQ(frame[0], 5.0f);
    EXPECT_EQ(pair.reader.get_arbitrary_frame(0), pair.reader.get_arbitrary_frame(2));
    pair.publish(1);
    EXPECT_EQ(pair.reader.reset_tail(), 6u);
    EXPECT_EQ(pair.reader.get_next_frame(false, status), nullptr);
    EXPECT_EQ(status, DAO_NOTREADY);
}

TEST(ShmRead, GetFrameWaitsAsAsked)
{
    Pair pair(3);
    EXPECT_EQ(pair.reader.get_frame(Dao::ShmSync::SEM2, 0), nullptr);
    pair.publish(1);
    for (const auto sync :
         {Dao::ShmSync::SPIN, Dao::ShmSync::NONE, Dao::ShmSync::SEM, Dao::ShmSync::SEM1, Dao::ShmSync::SEM9})
    {
        const float *frame = pair.reader.get_frame(sync);
        ASSERT_NE(frame, nullptr) << static_cast<int>(sync);
        EXPECT_EQ(frame[0], 1.0f);
    }
    EXPECT_NE(pair.reader.get_frame(Dao::ShmSync::SPIN, 1), nullptr);
    EXPECT_NE(pair.reader.get_frame(Dao::ShmSync::NONE, 1), nullptr);
    EXPECT_NE(pair.reader.get_frame(Dao::ShmSync::SEM3, 1), nullptr);
    EXPECT_EQ(pair.reader.get_frame(Dao::ShmSync::SEM0, 0), nullptr) << "SEM took the post of SEM0";
}

TEST(ShmRead, SpinWakesWhenTheTargetIsReached)
{
    Pair pair(4);
    std::thread writer([&] {
        for (int frame = 0; frame < 3; ++frame)
        {
            std::this_thread::sleep_for(5ms);
            pair.publish(1);
        }
    });
    const float *frame = pair.reader.get_frame(Dao::ShmSync::SPIN, 3);
    writer.join();
    ASSERT_NE(frame, nullptr);
    EXPECT_EQ(frame[0], 3.0f);
}

using Wait = int_fast8_t (Dao::Shm<float>::*)(uint64_t, std::chrono::nanoseconds);
class ShmWait : public ::testing::TestWithParam<Wait>
{
};

TEST_P(ShmWait, TimesOutNoSoonerThanAsked)
{
    Pair pair(2);
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ((pair.reader.*GetParam())(0, 20ms), DAO_TIMEOUT);
    EXPECT_GE(std::chrono::steady_clock::now() - start, 20ms);
    EXPECT_EQ((pair.reader.*GetParam())(0, 0ms), DAO_TIMEOUT);
}

TEST_P(ShmWait, EndsWithTheFrame)
{
    Pair pair(8);
    std::thread writer([&] {
        for (int frame = 0; frame < 20; ++frame)
        {
            std::this_thread::sleep_for(1ms);
            pair.publish(1);
        }
    });
    uint64_t seen = 0;
    while (seen < 20)
    {
        ASSERT_EQ((pair.reader.*GetParam())(seen, Dao::forever), DAO_SUCCESS);
        ASSERT_GT(pair.reader.get_counter(), seen);
        seen = pair.reader.get_counter();
    }
    writer.join();
}

TEST_P(ShmWait, EndsOnReplacement)
{
    Pair pair(2);
    pair.reader.set_follow(true);
    std::thread replacer([&] {
        std::this_thread::sleep_for(30ms);
        const Dao::Shm<float> wider(pair.name, {6});
    });
    EXPECT_EQ((pair.reader.*GetParam())(0, 10s), DAO_REPLACED) << "next() alone follows";
    replacer.join();
    EXPECT_EQ(pair.reader.get_shape(), Dao::Shape{4});
}

INSTANTIATE_TEST_SUITE_P(Ways, ShmWait,
                         ::testing::Values(&Dao::Shm<float>::wait_for_frame, &Dao::Shm<float>::wait_for_frame_spin,
                                           &Dao::Shm<float>::wait_for_frame_adaptive));
} // namespace
