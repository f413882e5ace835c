// One writer and several readers, in threads, as fast as they can; also the thread sanitizer's food.
#include "protocol/slots_test_memory.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

namespace dao::protocol
{
namespace
{

#if defined(__SANITIZE_THREAD__)
constexpr uint64_t frames = 3'000;
#else
constexpr uint64_t frames = 100'000;
#endif

struct Findings
{
    std::atomic<uint64_t> accepted{0};
    std::atomic<uint64_t> torn{0};
    std::atomic<uint64_t> mistaken{0}; // content of another frame than the counter says
    std::atomic<uint64_t> disordered{0};
    std::atomic<uint64_t> lost{0};
};

void read_newest(SlotsInMemory &segment, const std::atomic<bool> &done, Findings &findings)
{
    uint64_t last = 0;
    bool was_done = false;
    while (!was_done)
    {
        was_done = done.load();
        const Newest newest = segment.slots().newest();
        const Snapshot snapshot = segment.slots().snapshot(newest.slot);
        if (!snapshot.stable || snapshot.counter == 0 || snapshot.counter != newest.counter)
            continue;
        const Frame frame = segment.copy(snapshot.slot);
        if (!segment.slots().still_whole(snapshot))
            continue;
        ++findings.accepted;
        findings.torn += is_one_frame(frame) ? 0 : 1;
        findings.mistaken += frame[0] == snapshot.counter ? 0 : 1;
        findings.disordered += snapshot.counter >= last ? 0 : 1;
        last = snapshot.counter;
    }
}

void read_in_order(SlotsInMemory &segment, Findings &findings)
{
    uint64_t failed = 0;
    for (uint64_t tail = 0; tail < frames;)
    {
        const Newest newest = segment.slots().newest();
        if (newest.counter <= tail)
        {
            std::this_thread::yield();
            continue;
        }
        const uint64_t wanted = segment.slots().next_in_order(newest, tail, failed);
        const Snapshot snapshot = segment.slots().snapshot(segment.slots().slot_of(newest, wanted));
        failed = wanted;
        if (!snapshot.stable || snapshot.counter != wanted)
            continue;
        const Frame frame = segment.copy(snapshot.slot);
        if (!segment.slots().still_whole(snapshot))
            continue;
        failed = 0;
        ++findings.accepted;
        findings.torn += is_one_frame(frame) ? 0 : 1;
        findings.mistaken += frame[0] == wanted ? 0 : 1;
        findings.lost += wanted - tail - 1;
        tail = wanted;
    }
}

void run(uint32_t depth)
{
    SlotsInMemory segment(depth);
    std::atomic<bool> done{false};
    Findings newest;
    Findings in_order;
    std::thread reader([&] { read_newest(segment, done, newest); });
    std::thread follower([&] { read_in_order(segment, in_order); });
    for (uint64_t frame = 1; frame <= frames; ++frame)
    {
        EXPECT_EQ(segment.publish(frame), frame);
        if (frame % 64 == 0)
            std::this_thread::yield();
    }
    done = true;
    reader.join();
    follower.join();
    for (const Findings *findings : {&newest, &in_order})
    {
        EXPECT_EQ(findings->torn, 0u);
        EXPECT_EQ(findings->mistaken, 0u);
        EXPECT_EQ(findings->disordered, 0u);
        EXPECT_GT(findings->accepted, 0u);
    }
    EXPECT_EQ(in_order.accepted + in_order.lost, frames);
}

TEST(SlotsStress, OneSlotIsNeverReadTorn)
{
    run(1);
}

TEST(SlotsStress, TwoSlotsAreNeverReadTornOrOutOfOrder)
{
    run(2);
}

TEST(SlotsStress, EightSlotsAreNeverReadTornOrOutOfOrder)
{
    run(8);
}

TEST(SlotsStress, QuietWritesAndReusesAreNeverReadTorn)
{
    SlotsInMemory segment(1);
    std::atomic<bool> done{false};
    std::atomic<uint64_t> torn{0};
    std::thread reader([&] {
        while (!done)
        {
            const Snapshot snapshot = segment.slots().snapshot(0);
            if (!snapshot.stable)
                continue;
            const Frame frame = segment.copy(0);
            if (segment.slots().still_whole(snapshot) && !is_one_frame(frame))
                ++torn;
        }
    });
    for (uint64_t frame = 1; frame <= frames; ++frame)
    {
        segment.publish(3 * frame);
        segment.slots().invalidate(0);
        segment.fill(0, 3 * frame + 1);
        segment.slots().revalidate(0);
        segment.slots().invalidate(0);
        segment.fill(0, 0);
        segment.slots().restart();
        segment.slots().revalidate(0);
    }
    done = true;
    reader.join();
    EXPECT_EQ(torn, 0u);
}

}
}
