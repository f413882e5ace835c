#include "protocol/slots_test_memory.hpp"

#include <gtest/gtest.h>

namespace dao::protocol
{
namespace
{

TEST(Slots, HasNoFrameWhenItIsNew)
{
    SlotsInMemory segment(3);
    EXPECT_EQ(segment.slots().newest().counter, 0u);
    EXPECT_EQ(segment.slots().newest().slot, 2u);
    EXPECT_EQ(segment.slots().next_slot(), 0u);
}

TEST(Slots, CountsFramesFromOneAndGoesRound)
{
    SlotsInMemory segment(3);
    for (uint64_t frame = 1; frame <= 7; ++frame)
    {
        EXPECT_EQ(segment.publish(frame * 10), frame);
        EXPECT_EQ(segment.slots().newest().counter, frame);
        EXPECT_EQ(segment.slots().newest().slot, (frame - 1) % 3);
        EXPECT_EQ(segment.copy(segment.slots().newest().slot)[0], frame * 10);
    }
}

TEST(Slots, OfOneSlotWritesItAgainAndAgain)
{
    SlotsInMemory segment(1);
    EXPECT_EQ(segment.publish(5), 1u);
    EXPECT_EQ(segment.publish(6), 2u);
    EXPECT_EQ(segment.slots().newest().slot, 0u);
    EXPECT_EQ(segment.slots().next_slot(), 0u);
}

TEST(Slots, ReaderOfAnUntouchedSlotFindsItWhole)
{
    SlotsInMemory segment(2);
    segment.publish(1);
    const Snapshot snapshot = segment.slots().snapshot(0);
    EXPECT_TRUE(snapshot.stable);
    EXPECT_EQ(snapshot.counter, 1u);
    EXPECT_TRUE(segment.slots().still_whole(snapshot));
}

TEST(Slots, ReaderIsNotToldOfFramesInOtherSlots)
{
    SlotsInMemory segment(3);
    segment.publish(1);
    const Snapshot snapshot = segment.slots().snapshot(0);
    segment.publish(2);
    segment.publish(3);
    EXPECT_TRUE(segment.slots().still_whole(snapshot));
}

TEST(Slots, ReaderLappedByOneDepthIsTold)
{
    for (uint32_t depth : {1u, 2u, 3u, 7u})
    {
        SlotsInMemory segment(depth);
        segment.publish(1);
        const Snapshot snapshot = segment.slots().snapshot(0);
        for (uint32_t frame = 0; frame < depth; ++frame)
            segment.publish(2);
        EXPECT_FALSE(segment.slots().still_whole(snapshot)) << "depth " << depth;
    }
}

TEST(Slots, ReaderNoticesAsSoonAsItsSlotIsBeingWritten)
{
    SlotsInMemory segment(2);
    segment.publish(1);
    segment.publish(2);
    const Snapshot snapshot = segment.slots().snapshot(0);
    segment.slots().begin_write(0);
    EXPECT_FALSE(segment.slots().still_whole(snapshot));
    EXPECT_FALSE(segment.slots().snapshot(0).stable);
}

TEST(Slots, AnAbandonedFrameStaysUnreadableUntilTheNextPublish)
{
    SlotsInMemory segment(2);
    segment.publish(1);
    segment.slots().begin_write(segment.slots().next_slot());
    segment.fill(1, 99);
    EXPECT_FALSE(segment.slots().snapshot(1).stable);
    EXPECT_EQ(segment.slots().newest().counter, 1u);
    EXPECT_EQ(segment.publish(2), 2u);
    EXPECT_EQ(segment.slots().newest().slot, 1u);
    EXPECT_TRUE(segment.slots().snapshot(1).stable);
}

TEST(Slots, AQuietWriteKeepsTheCounterAndTellsReaders)
{
    SlotsInMemory segment(1);
    segment.publish(1);
    const Snapshot before = segment.slots().snapshot(0);
    segment.slots().invalidate(0);
    EXPECT_FALSE(segment.slots().still_whole(before));
    EXPECT_FALSE(segment.slots().snapshot(0).stable);
    segment.fill(0, 2);
    segment.slots().revalidate(0);
    EXPECT_FALSE(segment.slots().still_whole(before));
    const Snapshot after = segment.slots().snapshot(0);
    EXPECT_TRUE(after.stable);
    EXPECT_EQ(after.counter, 1u);
    EXPECT_TRUE(segment.slots().still_whole(after));
}

TEST(Slots, ARestartLeavesEmptySlotsAndTellsReadersOfTheSameCounter)
{
    SlotsInMemory segment(2);
    for (uint64_t frame = 1; frame <= 3; ++frame)
        segment.publish(frame);
    const Snapshot first = segment.slots().snapshot(0);
    EXPECT_EQ(first.counter, 3u);
    for (uint32_t slot = 0; slot < 2; ++slot)
        segment.slots().invalidate(slot);
    segment.slots().restart();
    EXPECT_EQ(segment.slots().newest().counter, 0u);
    EXPECT_EQ(segment.slots().newest().slot, 1u);
    EXPECT_FALSE(segment.slots().snapshot(0).stable) << "before the caller has told of it by a new generation";
    for (uint32_t slot = 0; slot < 2; ++slot)
        segment.slots().revalidate(slot);
    EXPECT_TRUE(segment.slots().snapshot(0).stable);
    for (uint64_t frame = 1; frame <= 3; ++frame)
        EXPECT_EQ(segment.publish(frame), frame);
    EXPECT_EQ(segment.slots().snapshot(0).counter, first.counter);
    EXPECT_FALSE(segment.slots().still_whole(first));
}

TEST(Slots, RecoveryShowsAFrameWhoseWriterDiedBeforeTheIndex)
{
    for (bool was_unmarked : {false, true})
    {
        SlotsInMemory segment(3);
        segment.publish(1);
        const uint32_t slot = segment.slots().next_slot();
        segment.slots().begin_write(slot);
        segment.fill(slot, 2);
        segment.words().counter(slot).store_release(2); // W4
        if (was_unmarked)
            segment.words().write(slot).store_release(0); // W5
        EXPECT_TRUE(segment.slots().recover());
        EXPECT_EQ(segment.slots().newest().counter, 2u);
        EXPECT_EQ(segment.slots().newest().slot, slot);
        EXPECT_TRUE(segment.slots().snapshot(slot).stable);
        EXPECT_EQ(segment.publish(3), 3u);
    }
}

TEST(Slots, RecoveryLeavesAHalfWrittenFrameMarked)
{
    for (uint32_t depth : {1u, 2u, 5u})
    {
        SlotsInMemory segment(depth);
        for (uint64_t frame = 1; frame <= 7; ++frame)
            segment.publish(frame);
        const uint32_t slot = segment.slots().next_slot();
        segment.slots().begin_write(slot);
        EXPECT_FALSE(segment.slots().recover()) << "depth " << depth;
        EXPECT_EQ(segment.slots().newest().counter, 7u);
        EXPECT_FALSE(segment.slots().snapshot(slot).stable);
        EXPECT_EQ(segment.publish(8), 8u);
        EXPECT_EQ(segment.slots().newest().slot, slot);
    }
}

TEST(Slots, RecoveryOfFinishedSlotsChangesNothing)
{
    for (uint32_t depth : {1u, 2u, 3u})
        for (uint64_t frames : {0u, 1u, 4u})
        {
            SlotsInMemory segment(depth);
            for (uint64_t frame = 1; frame <= frames; ++frame)
                segment.publish(frame);
            EXPECT_FALSE(segment.slots().recover());
            EXPECT_EQ(segment.slots().newest().counter, frames);
        }
}

TEST(Slots, OfOneSlotGoesOnCountingAfterAWriterDiedAtTheEnd)
{
    SlotsInMemory segment(1);
    segment.publish(1);
    segment.slots().begin_write(0);
    segment.words().counter(0).store_release(2); // W4, then death
    EXPECT_FALSE(segment.slots().recover());
    EXPECT_FALSE(segment.slots().snapshot(0).stable);
    EXPECT_EQ(segment.publish(3), 3u);
}

TEST(Slots, FramesAreInReachForOneDepth)
{
    SlotsInMemory segment(4);
    const Newest newest{2, 103};
    EXPECT_TRUE(segment.slots().in_reach(newest, 103));
    EXPECT_TRUE(segment.slots().in_reach(newest, 100));
    EXPECT_FALSE(segment.slots().in_reach(newest, 99));
    EXPECT_FALSE(segment.slots().in_reach(newest, 104));
    EXPECT_FALSE(segment.slots().in_reach(newest, 0));
    EXPECT_FALSE(segment.slots().in_reach({3, 0}, 1));
    EXPECT_TRUE(segment.slots().in_reach({0, UINT64_MAX}, UINT64_MAX - 3));
    EXPECT_FALSE(segment.slots().in_reach({0, UINT64_MAX}, UINT64_MAX - 4));
}

TEST(Slots, FindsTheSlotOfEveryFrameInReach)
{
    for (uint32_t depth : {1u, 2u, 5u})
    {
        SlotsInMemory segment(depth);
        for (uint64_t frame = 1; frame <= 12; ++frame)
        {
            segment.publish(frame);
            const Newest newest = segment.slots().newest();
            for (uint64_t counter = frame > depth ? frame - depth + 1 : 1; counter <= frame; ++counter)
            {
                EXPECT_TRUE(segment.slots().in_reach(newest, counter));
                const uint32_t slot = segment.slots().slot_of(newest, counter);
                ASSERT_LT(slot, depth);
                EXPECT_EQ(segment.slots().snapshot(slot).counter, counter);
                EXPECT_EQ(segment.copy(slot)[0], counter);
            }
        }
    }
}

TEST(Slots, AReaderInOrderGetsTheNextFrameOrTheOldestInReach)
{
    SlotsInMemory one(1);
    EXPECT_EQ(one.slots().next_in_order({0, 1}, 0, 0), 1u);
    EXPECT_EQ(one.slots().next_in_order({0, 9}, 0, 0), 9u);
    SlotsInMemory four(4);
    EXPECT_EQ(four.slots().next_in_order({2, 3}, 0, 0), 1u);
    EXPECT_EQ(four.slots().next_in_order({3, 4}, 0, 0), 1u);
    EXPECT_EQ(four.slots().next_in_order({1, 10}, 6, 0), 7u);
    EXPECT_EQ(four.slots().next_in_order({1, 10}, 3, 0), 7u) << "lapped: the oldest of four";
    EXPECT_EQ(four.slots().next_in_order({1, 10}, 8, 0), 9u);
}

TEST(Slots, AReaderInOrderPassesOverAFrameThatItCouldNotReadWhole)
{
    SlotsInMemory four(4);
    EXPECT_EQ(four.slots().next_in_order({1, 10}, 3, 7), 8u);
    EXPECT_EQ(four.slots().next_in_order({1, 10}, 9, 10), 10u) << "the newest is tried again";
    EXPECT_EQ(four.slots().next_in_order({3, 12}, 3, 7), 9u);
}

TEST(Slots, ADamagedIndexLeadsToASlotThatExists)
{
    SlotsInMemory segment(3);
    segment.publish(1);
    segment.words().newest().store_release(1000);
    EXPECT_LT(segment.slots().newest().slot, 3u);
    EXPECT_LT(segment.slots().next_slot(), 3u);
}

}
}
