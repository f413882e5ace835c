// One writer and several readers, in threads, as fast as they can; also the thread sanitizer's food.
#include "ring/ring_test_memory.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

namespace dao::ring
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

void read_newest(RingOnMemory &slots, const std::atomic<bool> &done, Findings &findings)
{
    uint64_t last = 0;
    bool was_done = false;
    while (!was_done)
    {
        was_done = done.load();
        const Newest newest = slots.ring().newest();
        const Claim claim = slots.ring().claim(newest.slot);
        if (!claim.written || claim.counter == 0 || claim.counter != newest.counter)
            continue;
        const Frame frame = slots.copy(claim.slot);
        if (!slots.ring().still_whole(claim))
            continue;
        ++findings.accepted;
        findings.torn += is_one_frame(frame) ? 0 : 1;
        findings.mistaken += frame[0] == claim.counter ? 0 : 1;
        findings.disordered += claim.counter >= last ? 0 : 1;
        last = claim.counter;
    }
}

void read_in_order(RingOnMemory &slots, Findings &findings)
{
    bool lapped = false;
    for (uint64_t tail = 0; tail < frames;)
    {
        const Newest newest = slots.ring().newest();
        if (newest.counter <= tail)
        {
            std::this_thread::yield();
            continue;
        }
        uint64_t wanted = tail + 1;
        if (lapped || !slots.ring().in_reach(newest, wanted))
            wanted = std::max(wanted, slots.ring().oldest_safe(newest));
        const Claim claim = slots.ring().claim(slots.ring().slot_of(newest, wanted));
        lapped = true;
        if (!claim.written || claim.counter != wanted)
            continue;
        const Frame frame = slots.copy(claim.slot);
        if (!slots.ring().still_whole(claim))
            continue;
        lapped = false;
        ++findings.accepted;
        findings.torn += is_one_frame(frame) ? 0 : 1;
        findings.mistaken += frame[0] == wanted ? 0 : 1;
        findings.lost += wanted - tail - 1;
        tail = wanted;
    }
}

void run(uint32_t depth)
{
    RingOnMemory slots(depth);
    std::atomic<bool> done{false};
    Findings newest;
    Findings in_order;
    std::thread reader([&] { read_newest(slots, done, newest); });
    std::thread follower([&] { read_in_order(slots, in_order); });
    for (uint64_t frame = 1; frame <= frames; ++frame)
    {
        EXPECT_EQ(slots.publish(frame), frame);
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

TEST(RingStress, OneSlotIsNeverReadTorn)
{
    run(1);
}

TEST(RingStress, TwoSlotsAreNeverReadTornOrOutOfOrder)
{
    run(2);
}

TEST(RingStress, EightSlotsAreNeverReadTornOrOutOfOrder)
{
    run(8);
}

TEST(RingStress, QuietWritesAndReusesAreNeverReadTorn)
{
    RingOnMemory slots(1);
    std::atomic<bool> done{false};
    std::atomic<uint64_t> torn{0};
    std::thread reader(
        [&]
        {
            while (!done)
            {
                const Claim claim = slots.ring().claim(0);
                if (!claim.written)
                    continue;
                const Frame frame = slots.copy(0);
                if (slots.ring().still_whole(claim) && !is_one_frame(frame))
                    ++torn;
            }
        });
    for (uint64_t frame = 1; frame <= frames; ++frame)
    {
        slots.publish(3 * frame);
        slots.ring().disturb(0);
        slots.fill(0, 3 * frame + 1);
        slots.ring().settle(0);
        slots.ring().disturb(0);
        slots.fill(0, 0);
        slots.ring().restart();
    }
    done = true;
    reader.join();
    EXPECT_EQ(torn, 0u);
}

}
}
