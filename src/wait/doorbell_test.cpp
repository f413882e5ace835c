#include "base/word.hpp"
#include "platform/platform.hpp"
#include "wait/doorbell.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace dao::wait
{
namespace
{

// Counts the wake-ups, and makes them.
class CountingMemory
{
  public:
    base::Word<uint32_t> bell() const noexcept { return base::Word<uint32_t>(&state_->bell); }
    void wake_all(uint32_t left) const noexcept
    {
        state_->wakes.fetch_add(1);
        state_->bell_object.wake_all(&state_->bell, left);
    }
    platform::Sleep sleep_while_equal(uint32_t shown, int64_t timeout_ns) const noexcept
    {
        return state_->bell_object.sleep_while_equal(&state_->bell, shown, timeout_ns);
    }
    uint32_t wakes() const { return state_->wakes; }

  private:
    struct State
    {
        alignas(64) uint32_t bell = 0;
        std::atomic<uint32_t> wakes{0};
        platform::Bell bell_object{platform::random_number()};
    };
    std::shared_ptr<State> state_ = std::make_shared<State>();
};

constexpr int64_t a_second_ns = 1'000'000'000;

TEST(Doorbell, WakesNobodyWhenNobodySleeps)
{
    const CountingMemory memory;
    const Doorbell<CountingMemory> doorbell(memory);
    for (int ring = 0; ring < 3; ++ring)
        doorbell.ring();
    EXPECT_EQ(memory.wakes(), 0u);
}

TEST(Doorbell, WakesOnceHoweverManyApproached)
{
    const CountingMemory memory;
    const Doorbell<CountingMemory> doorbell(memory);
    const uint32_t first = doorbell.approach();
    EXPECT_EQ(doorbell.approach(), first);
    doorbell.ring();
    doorbell.ring();
    EXPECT_EQ(memory.wakes(), 1u);
}

TEST(Doorbell, NobodyFallsAsleepBehindARing)
{
    const CountingMemory memory;
    const Doorbell<CountingMemory> doorbell(memory);
    const uint32_t shown = doorbell.approach();
    doorbell.ring();
    const int64_t begin_ns = platform::monotonic_ns();
    EXPECT_EQ(memory.sleep_while_equal(shown, 5 * a_second_ns), platform::Sleep::woken);
    EXPECT_LT(platform::monotonic_ns() - begin_ns, 2 * a_second_ns);
}

TEST(Doorbell, ASleepWithoutARingEndsByItsLimit)
{
    const CountingMemory memory;
    const Doorbell<CountingMemory> doorbell(memory);
    EXPECT_EQ(memory.sleep_while_equal(doorbell.approach(), 10'000'000), platform::Sleep::timed_out);
}

TEST(Doorbell, EverySleeperSeesEveryRing)
{
    constexpr uint32_t rings = 2'000;
    constexpr unsigned sleepers = 3;
    const CountingMemory memory;
    std::atomic<uint32_t> counter{0};
    std::atomic<uint32_t> seen[sleepers] = {};
    std::atomic<uint32_t> timed_out{0};
    std::vector<std::thread> threads;
    for (std::atomic<uint32_t> &mine : seen)
        threads.emplace_back(
            [&]
            {
                const Doorbell<CountingMemory> doorbell(memory);
                while (mine < rings)
                {
                    const uint32_t shown = doorbell.approach();
                    if (counter.load(std::memory_order_acquire) <= mine &&
                        memory.sleep_while_equal(shown, 20 * a_second_ns) == platform::Sleep::timed_out)
                        ++timed_out;
                    mine = counter.load(std::memory_order_acquire);
                }
            });
    for (uint32_t ring = 1; ring <= rings; ++ring)
    {
        // Waits until all have seen the last one: each ring meets sleepers, or those that are falling asleep.
        for (std::atomic<uint32_t> &theirs : seen)
            while (theirs + 1 < ring)
                std::this_thread::yield();
        counter.store(ring, std::memory_order_release);
        Doorbell<CountingMemory>(memory).ring();
    }
    for (std::thread &thread : threads)
        thread.join();
    EXPECT_EQ(timed_out, 0u);
}

}
}
