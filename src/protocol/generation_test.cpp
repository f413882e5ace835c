#include "protocol/generation.hpp"
#include "protocol/slots_test_memory.hpp"

#include <gtest/gtest.h>

#include <string>

namespace dao::protocol
{
namespace
{

struct Words
{
    uint64_t *published_place;
    uint32_t *generation_place;
    uint32_t *resetting_place;

    base::Word<uint64_t> published() const { return base::Word<uint64_t>(published_place); }
    base::Word<uint32_t> generation() const { return base::Word<uint32_t>(generation_place); }
    base::Word<uint32_t> resetting() const { return base::Word<uint32_t>(resetting_place); }
};

struct SegmentInMemory : SlotsInMemory
{
    using SlotsInMemory::SlotsInMemory;

    Generation<Words> generation() { return Generation<Words>({&published_, &generation_, &resetting_}); }
    void publish_to_all(uint64_t value) { generation().publish(publish(value)); }
    void begin_anew()
    {
        generation().begin_anew(slots(), [this](uint32_t slot) { fill(slot, 0); }, [] {});
    }

  private:
    uint64_t published_ = 0;
    uint32_t generation_ = 0;
    uint32_t resetting_ = 0;
};

TEST(Generation, SpinningReadersFindTheNewestCounter)
{
    SegmentInMemory segment(2);
    EXPECT_EQ(segment.generation().published(), 0u);
    segment.publish_to_all(7);
    segment.publish_to_all(8);
    EXPECT_EQ(segment.generation().published(), 2u);
}

TEST(Generation, OfAReusedSegmentIsTheNextAndCountsFromOne)
{
    SegmentInMemory segment(3);
    for (uint64_t frame = 1; frame <= 4; ++frame)
        segment.publish_to_all(frame);
    segment.begin_anew();
    EXPECT_EQ(segment.generation().number(), 1u);
    EXPECT_EQ(segment.generation().published(), 0u);
    EXPECT_FALSE(segment.generation().is_unfinished());
    EXPECT_EQ(segment.slots().newest().counter, 0u);
    EXPECT_EQ(segment.slots().next_slot(), 0u);
    for (uint32_t slot = 0; slot < 3; ++slot)
    {
        EXPECT_TRUE(segment.slots().snapshot(slot).stable);
        EXPECT_EQ(segment.copy(slot)[0], 0u);
    }
    segment.publish_to_all(9);
    EXPECT_EQ(segment.generation().published(), 1u);
}

// What others see at the two places where the caller's own words are cleared.
TEST(Generation, IsTheOldOneAndUnfinishedUntilAllIsCleared)
{
    SegmentInMemory segment(2);
    segment.publish_to_all(5);
    std::string calls;
    const auto check = [&](const char *call) {
        calls += call;
        EXPECT_TRUE(segment.generation().is_unfinished());
        EXPECT_EQ(segment.generation().number(), 0u);
        for (uint32_t slot = 0; slot < 2; ++slot)
            EXPECT_FALSE(segment.slots().snapshot(slot).stable);
    };
    segment.generation().begin_anew(segment.slots(), [&](uint32_t) { check("slot "); }, [&] { check("waiting"); });
    EXPECT_EQ(calls, "slot slot waiting");
    EXPECT_EQ(segment.generation().number(), 1u);
}

TEST(Generation, KnowsASnapshotOfTheOneBeforeByItsEpoch)
{
    SegmentInMemory segment(1);
    segment.publish_to_all(5);
    const Snapshot before = segment.slots().snapshot(0);
    segment.begin_anew();
    segment.publish_to_all(6);
    EXPECT_EQ(segment.slots().snapshot(0).counter, before.counter);
    EXPECT_FALSE(segment.slots().still_whole(before));
}

}
}
