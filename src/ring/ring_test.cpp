#include "ring/ring_test_memory.hpp"

#include <gtest/gtest.h>

namespace dao::ring
{
namespace
{

TEST(Ring, HasNoFrameWhenItIsNew)
{
    RingOnMemory slots(3);
    EXPECT_EQ(slots.ring().newest().counter, 0u);
    EXPECT_EQ(slots.ring().newest().slot, 2u);
    EXPECT_EQ(slots.ring().next_slot(), 0u);
}

TEST(Ring, CountsFramesFromOneAndGoesRound)
{
    RingOnMemory slots(3);
    for (uint64_t frame = 1; frame <= 7; ++frame)
    {
        EXPECT_EQ(slots.publish(frame * 10), frame);
        EXPECT_EQ(slots.ring().newest().counter, frame);
        EXPECT_EQ(slots.ring().newest().slot, (frame - 1) % 3);
        EXPECT_EQ(slots.copy(slots.ring().newest().slot)[0], frame * 10);
    }
}

TEST(Ring, OfOneSlotWritesItAgainAndAgain)
{
    RingOnMemory slots(1);
    EXPECT_EQ(slots.publish(5), 1u);
    EXPECT_EQ(slots.publish(6), 2u);
    EXPECT_EQ(slots.ring().newest().slot, 0u);
    EXPECT_EQ(slots.ring().next_slot(), 0u);
}

TEST(Ring, ReaderOfAnUntouchedSlotFindsItWhole)
{
    RingOnMemory slots(2);
    slots.publish(1);
    const Claim claim = slots.ring().claim(0);
    EXPECT_TRUE(claim.written);
    EXPECT_EQ(claim.counter, 1u);
    EXPECT_TRUE(slots.ring().still_whole(claim));
}

TEST(Ring, ReaderIsNotToldOfFramesInOtherSlots)
{
    RingOnMemory slots(3);
    slots.publish(1);
    const Claim claim = slots.ring().claim(0);
    slots.publish(2);
    slots.publish(3);
    EXPECT_TRUE(slots.ring().still_whole(claim));
}

TEST(Ring, ReaderLappedByOneDepthIsTold)
{
    for (uint32_t depth : {1u, 2u, 3u, 7u})
    {
        RingOnMemory slots(depth);
        slots.publish(1);
        const Claim claim = slots.ring().claim(0);
        for (uint32_t frame = 0; frame < depth; ++frame)
            slots.publish(2);
        EXPECT_FALSE(slots.ring().still_whole(claim)) << "depth " << depth;
    }
}

TEST(Ring, ReaderIsToldAsSoonAsItsSlotIsAnnounced)
{
    RingOnMemory slots(2);
    slots.publish(1);
    slots.publish(2);
    const Claim claim = slots.ring().claim(0);
    slots.ring().announce(0);
    EXPECT_FALSE(slots.ring().still_whole(claim));
    EXPECT_FALSE(slots.ring().claim(0).written);
}

TEST(Ring, AnAbandonedFrameStaysUnreadableUntilTheNextPublish)
{
    RingOnMemory slots(2);
    slots.publish(1);
    slots.ring().announce(slots.ring().next_slot());
    slots.fill(1, 99);
    EXPECT_FALSE(slots.ring().claim(1).written);
    EXPECT_EQ(slots.ring().newest().counter, 1u);
    EXPECT_EQ(slots.publish(2), 2u);
    EXPECT_EQ(slots.ring().newest().slot, 1u);
    EXPECT_TRUE(slots.ring().claim(1).written);
}

TEST(Ring, AQuietWriteKeepsTheCounterAndTellsReaders)
{
    RingOnMemory slots(1);
    slots.publish(1);
    const Claim before = slots.ring().claim(0);
    slots.ring().disturb(0);
    EXPECT_FALSE(slots.ring().still_whole(before));
    EXPECT_FALSE(slots.ring().claim(0).written);
    slots.fill(0, 2);
    slots.ring().settle(0);
    EXPECT_FALSE(slots.ring().still_whole(before));
    const Claim after = slots.ring().claim(0);
    EXPECT_TRUE(after.written);
    EXPECT_EQ(after.counter, 1u);
    EXPECT_TRUE(slots.ring().still_whole(after));
}

TEST(Ring, ARestartLeavesEmptySlotsAndTellsReadersOfTheSameCounter)
{
    RingOnMemory slots(2);
    for (uint64_t frame = 1; frame <= 3; ++frame)
        slots.publish(frame);
    const Claim first = slots.ring().claim(0);
    EXPECT_EQ(first.counter, 3u);
    for (uint32_t slot = 0; slot < 2; ++slot)
        slots.ring().disturb(slot);
    slots.ring().restart();
    EXPECT_EQ(slots.ring().newest().counter, 0u);
    EXPECT_EQ(slots.ring().newest().slot, 1u);
    EXPECT_TRUE(slots.ring().claim(0).written);
    for (uint64_t frame = 1; frame <= 3; ++frame)
        EXPECT_EQ(slots.publish(frame), frame);
    EXPECT_EQ(slots.ring().claim(0).counter, first.counter);
    EXPECT_FALSE(slots.ring().still_whole(first));
}

TEST(Ring, RecoveryShowsAFrameWhoseWriterDiedBeforeTheIndex)
{
    for (bool was_unmarked : {false, true})
    {
        RingOnMemory slots(3);
        slots.publish(1);
        const uint32_t slot = slots.ring().next_slot();
        slots.ring().announce(slot);
        slots.fill(slot, 2);
        slots.memory().counter(slot).store_release(2); // W4
        if (was_unmarked)
            slots.memory().write(slot).store_release(0); // W5
        EXPECT_TRUE(slots.ring().recover());
        EXPECT_EQ(slots.ring().newest().counter, 2u);
        EXPECT_EQ(slots.ring().newest().slot, slot);
        EXPECT_TRUE(slots.ring().claim(slot).written);
        EXPECT_EQ(slots.publish(3), 3u);
    }
}

TEST(Ring, RecoveryLeavesAHalfWrittenFrameAnnounced)
{
    for (uint32_t depth : {1u, 2u, 5u})
    {
        RingOnMemory slots(depth);
        for (uint64_t frame = 1; frame <= 7; ++frame)
            slots.publish(frame);
        const uint32_t slot = slots.ring().next_slot();
        slots.ring().announce(slot);
        EXPECT_FALSE(slots.ring().recover()) << "depth " << depth;
        EXPECT_EQ(slots.ring().newest().counter, 7u);
        EXPECT_FALSE(slots.ring().claim(slot).written);
        EXPECT_EQ(slots.publish(8), 8u);
        EXPECT_EQ(slots.ring().newest().slot, slot);
    }
}

TEST(Ring, RecoveryOfAFinishedRingChangesNothing)
{
    for (uint32_t depth : {1u, 2u, 3u})
        for (uint64_t frames : {0u, 1u, 4u})
        {
            RingOnMemory slots(depth);
            for (uint64_t frame = 1; frame <= frames; ++frame)
                slots.publish(frame);
            EXPECT_FALSE(slots.ring().recover());
            EXPECT_EQ(slots.ring().newest().counter, frames);
        }
}

TEST(Ring, OfOneSlotGoesOnCountingAfterAWriterDiedAtTheEnd)
{
    RingOnMemory slots(1);
    slots.publish(1);
    slots.ring().announce(0);
    slots.memory().counter(0).store_release(2); // W4, then death
    EXPECT_FALSE(slots.ring().recover());
    EXPECT_FALSE(slots.ring().claim(0).written);
    EXPECT_EQ(slots.publish(3), 3u);
}

TEST(Ring, FramesAreInReachForOneDepth)
{
    RingOnMemory slots(4);
    const Newest newest{2, 103};
    EXPECT_TRUE(slots.ring().in_reach(newest, 103));
    EXPECT_TRUE(slots.ring().in_reach(newest, 100));
    EXPECT_FALSE(slots.ring().in_reach(newest, 99));
    EXPECT_FALSE(slots.ring().in_reach(newest, 104));
    EXPECT_FALSE(slots.ring().in_reach(newest, 0));
    EXPECT_FALSE(slots.ring().in_reach({3, 0}, 1));
    EXPECT_TRUE(slots.ring().in_reach({0, UINT64_MAX}, UINT64_MAX - 3));
    EXPECT_FALSE(slots.ring().in_reach({0, UINT64_MAX}, UINT64_MAX - 4));
}

TEST(Ring, FindsTheSlotOfEveryFrameInReach)
{
    for (uint32_t depth : {1u, 2u, 5u})
    {
        RingOnMemory slots(depth);
        for (uint64_t frame = 1; frame <= 12; ++frame)
        {
            slots.publish(frame);
            const Newest newest = slots.ring().newest();
            for (uint64_t counter = frame > depth ? frame - depth + 1 : 1; counter <= frame; ++counter)
            {
                EXPECT_TRUE(slots.ring().in_reach(newest, counter));
                const uint32_t slot = slots.ring().slot_of(newest, counter);
                ASSERT_LT(slot, depth);
                EXPECT_EQ(slots.ring().claim(slot).counter, counter);
                EXPECT_EQ(slots.copy(slot)[0], counter);
            }
        }
    }
}

TEST(Ring, TheOldestSafeFrameIsNotTheOneOverwrittenNext)
{
    RingOnMemory one(1);
    EXPECT_EQ(one.ring().oldest_safe({0, 1}), 1u);
    EXPECT_EQ(one.ring().oldest_safe({0, 9}), 9u);
    RingOnMemory two(2);
    EXPECT_EQ(two.ring().oldest_safe({0, 1}), 1u);
    EXPECT_EQ(two.ring().oldest_safe({0, 9}), 9u);
    RingOnMemory four(4);
    EXPECT_EQ(four.ring().oldest_safe({2, 3}), 1u);
    EXPECT_EQ(four.ring().oldest_safe({3, 4}), 2u);
    EXPECT_EQ(four.ring().oldest_safe({1, 10}), 8u);
    EXPECT_NE(four.ring().slot_of({1, 10}, 8), 2u); // slot 2 is written next
}

TEST(Ring, ADamagedIndexLeadsToASlotThatExists)
{
    RingOnMemory slots(3);
    slots.publish(1);
    slots.memory().newest().store_release(1000);
    EXPECT_LT(slots.ring().newest().slot, 3u);
    EXPECT_LT(slots.ring().next_slot(), 3u);
}

}
}
