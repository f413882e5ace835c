// Frames read where they lie: whether they stayed whole, and how long their memory lives.
#include "pair.hpp"

#include <gtest/gtest.h>
#include <numeric>
#include <thread>

namespace
{
using namespace std::chrono_literals;

Dao::NextOptions in_order(std::chrono::nanoseconds timeout = 60s)
{
    Dao::NextOptions how;
    how.order = DAO_NEXT_IN_ORDER;
    how.timeout = timeout;
    return how;
}

template <typename Borrowed>
float sum(const Borrowed &borrowed)
{
    return std::accumulate(borrowed.begin(), borrowed.end(), 0.0f);
}

TEST(ShmBorrow, NewestFrameIsReadWhereItLies)
{
    Pair pair(2);
    const auto none = pair.reader.borrow_newest();
    EXPECT_FALSE(none);
    EXPECT_EQ(none.status(), DAO_NOTREADY);
    EXPECT_EQ(none.data(), nullptr);
    EXPECT_EQ(none.size(), 0u);
    EXPECT_FALSE(none.is_whole());
    pair.writer.set_frame_id(42);
    pair.publish(1);
    const auto borrowed = pair.reader.borrow_newest();
    ASSERT_TRUE(borrowed);
    EXPECT_EQ(borrowed.status(), DAO_SUCCESS);
    EXPECT_EQ(borrowed.data(), pair.reader.get_arbitrary_frame(borrowed.frame().slot));
    EXPECT_EQ(borrowed.size(), 4u);
    EXPECT_EQ(borrowed[3], 1.0f);
    EXPECT_EQ(sum(borrowed), 4.0f);
    EXPECT_EQ(borrowed.frame().cnt0, 1u);
    EXPECT_EQ(borrowed.frame().cnt2, 42u);
    EXPECT_TRUE(borrowed.is_whole());
}

TEST(ShmBorrow, OverwrittenFrameIsNotWhole)
{
    Pair pair(2);
    pair.publish(1);
    const auto borrowed = pair.reader.borrow_newest();
    pair.publish(1);
    EXPECT_TRUE(borrowed.is_whole()) << "the other slot was written";
    pair.publish(1);
    EXPECT_FALSE(borrowed.is_whole());
    Frame frame;
    ASSERT_TRUE(pair.reader.read(frame));
    EXPECT_FALSE(borrowed.is_whole()) << "it answers for its own frame, not for the last read";
    const auto newer = pair.reader.borrow_newest();
    EXPECT_TRUE(newer.is_whole());
    EXPECT_EQ(newer.frame().cnt0, 3u);
    EXPECT_FALSE(borrowed.is_whole());
}

TEST(ShmBorrow, FrameUnderALoanIsNotWhole)
{
    Pair pair(1);
    pair.publish(1);
    const auto borrowed = pair.reader.borrow_newest();
    auto loan = pair.writer.begin_write();
    EXPECT_FALSE(borrowed.is_whole());
    const auto half = pair.reader.borrow_newest();
    EXPECT_FALSE(half);
    EXPECT_EQ(half.status(), DAO_NOTREADY);
    loan.commit();
    EXPECT_FALSE(borrowed.is_whole());
    EXPECT_TRUE(pair.reader.borrow_newest().is_whole());
}

TEST(ShmBorrow, FramesComeInOrderEachOnce)
{
    Pair pair(4);
    pair.publish(3);
    for (uint64_t number = 1; number <= 3; ++number)
    {
        const auto borrowed = pair.reader.borrow_next(in_order());
        ASSERT_TRUE(borrowed);
        EXPECT_EQ(borrowed.status(), DAO_SUCCESS);
        EXPECT_EQ(borrowed.frame().cnt0, number);
        EXPECT_EQ(borrowed[0], static_cast<float>(number));
        EXPECT_TRUE(borrowed.is_whole());
    }
    EXPECT_EQ(pair.reader.borrow_next(in_order(0ns)).status(), DAO_TIMEOUT);
    pair.publish(9);
    const auto lapped = pair.reader.borrow_next(in_order());
    EXPECT_EQ(lapped.status(), DAO_OVERWRITE);
    ASSERT_TRUE(lapped);
    EXPECT_EQ(lapped.frame().cnt0, 12u) << "the newest: it stays longest";
    EXPECT_EQ(sum(lapped), 48.0f);
}

TEST(ShmBorrow, NextNewestWaitsAndComesOnce)
{
    Pair pair(4);
    std::thread writer([&] {
        std::this_thread::sleep_for(20ms);
        pair.publish(1);
    });
    const auto borrowed = pair.reader.borrow_next();
    writer.join();
    ASSERT_TRUE(borrowed);
    EXPECT_EQ(sum(borrowed), 4.0f);
    Dao::NextOptions how;
    how.timeout = 5ms;
    EXPECT_EQ(pair.reader.borrow_next(how).status(), DAO_TIMEOUT) << "a frame that was borrowed is seen";
    pair.publish(2);
    EXPECT_EQ(pair.reader.borrow_next(how).frame().cnt0, 3u);
}

TEST(ShmBorrow, MemoryOutlivesCloseReopenAndTheObject)
{
    const SegmentName name;
    Dao::Shm<float> writer(name, {4}, nullptr, 2);
    writer.set_frame(frame_of(7));
    auto reader = std::make_unique<Dao::Shm<float>>(name);
    Dao::Shm<float> reopened(name), closed(name);
    const auto of_reader = reader->borrow_newest();
    const auto of_reopened = reopened.borrow_newest();
    const auto of_closed = closed.borrow_newest();
    Dao::Shm<float> wider(name, {6});
    reader.reset();
    reopened.reopen();
    closed.close();
    closed.close();
    for (const auto *borrowed : {&of_reader, &of_reopened, &of_closed})
    {
        EXPECT_TRUE(*borrowed);
        EXPECT_EQ(sum(*borrowed), 28.0f);
        EXPECT_FALSE(borrowed->is_whole()) << "it cannot be known";
    }
    EXPECT_EQ(reopened.get_shape(), Dao::Shape{6});
}

TEST(ShmBorrow, AHistoricWaitThatEndsWithoutAFrameGivesNoPointer)
{
    const SegmentName name;
    Dao::Shm<float> shm(name, Dao::Shape{4});
    shm.set_frame(frame_of(3));
    EXPECT_NE(shm.get_frame(Dao::ShmSync::SEM2), nullptr) << "posted with the frame";
    for (const Dao::ShmSync sync : {Dao::ShmSync::SEM2, Dao::ShmSync::SPIN})
    {
        shm.interrupt();
        EXPECT_EQ(shm.get_frame(sync), nullptr);
        EXPECT_NE(shm.get_frame(), nullptr) << "the newest is there all the same";
    }
}

TEST(ShmBorrow, HeldMemoryOutlivesItsImage)
{
    const SegmentName name;
    auto shm = std::make_unique<Dao::Shm<float>>(name, Dao::Shape{4});
    shm->set_frame(frame_of(3));
    const float *frame = shm->get_frame();
    Dao::Memory memory = shm->hold_memory();
    shm.reset();
    EXPECT_EQ(frame[3], 3.0f);
    memory.reset();
}

TEST(ShmBorrow, PrivateMemoryIsHeldToo)
{
    const SegmentName name;
    auto shm = std::make_unique<Dao::Shm<float>>(Dao::Shm<float>::make_private(name, {4}, 2));
    shm->set_frame(frame_of(3));
    const auto borrowed = shm->borrow_newest();
    EXPECT_TRUE(borrowed.is_whole());
    shm.reset();
    EXPECT_EQ(sum(borrowed), 12.0f);
}

TEST(ShmBorrow, MovesWithItsFrame)
{
    Pair pair(2);
    pair.publish(1);
    auto borrowed = pair.reader.borrow_newest();
    auto moved = std::move(borrowed);
    EXPECT_FALSE(borrowed);
    EXPECT_EQ(borrowed.data(), nullptr);
    EXPECT_FALSE(borrowed.is_whole());
    EXPECT_TRUE(moved.is_whole());
    EXPECT_EQ(sum(moved), 4.0f);
    Dao::Shm<float> elsewhere = std::move(pair.reader);
    EXPECT_TRUE(moved.is_whole()) << "the segment is open still, in another object";
}

TEST(ShmBorrow, FollowsAsNextDoes)
{
    Pair pair(4);
    pair.reader.set_follow(true);
    pair.publish(1);
    const auto old = pair.reader.borrow_next(in_order());
    Dao::Shm<float> wider(pair.name, {6}, nullptr, 4);
    wider.set_frame(frame_of(2, 6));
    const auto borrowed = pair.reader.borrow_next(in_order());
    EXPECT_EQ(borrowed.status(), DAO_SUCCESS);
    EXPECT_EQ(sum(borrowed), 12.0f);
    EXPECT_EQ(sum(old), 4.0f);
    EXPECT_FALSE(old.is_whole());
}

TEST(ShmBorrow, ImageLendsBytes)
{
    Pair pair(2);
    Dao::Image image(pair.name);
    pair.publish(1);
    const auto borrowed = image.borrow_next(in_order());
    ASSERT_TRUE(borrowed);
    EXPECT_EQ(borrowed.size(), 16u);
    float last = 0;
    std::memcpy(&last, borrowed.data() + 12, sizeof last);
    EXPECT_EQ(last, 1.0f);
}
} // namespace
