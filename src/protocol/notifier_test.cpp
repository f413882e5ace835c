#include "base/word.hpp"
#include "platform/platform.hpp"
#include "protocol/notifier.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace dao::protocol
{
namespace
{

// Counts the wake-ups, and makes them.
class CountingMemory
{
  public:
    using Fence = base::Fence;

    base::Word<uint32_t> word() const noexcept { return base::Word<uint32_t>(&state_->word); }
    void wake_all(uint32_t remaining) const noexcept
    {
        state_->wakes.fetch_add(1);
        state_->wait_word.wake_all(&state_->word, remaining);
    }
    platform::Sleep sleep_while_equal(uint32_t shown, int64_t timeout_ns) const noexcept
    {
        return state_->wait_word.sleep_while_equal(&state_->word, shown, timeout_ns);
    }
    uint32_t wakes() const { return state_->wakes; }

  private:
    struct State
    {
        alignas(64) uint32_t word = 0;
        std::atomic<uint32_t> wakes{0};
        platform::WaitWord wait_word{platform::random_number()};
    };
    std::shared_ptr<State> state_ = std::make_shared<State>();
};

constexpr int64_t a_second_ns = 1'000'000'000;

TEST(Notifier, WakesNobodyWhenNobodySleeps)
{
    const CountingMemory memory;
    const Notifier<CountingMemory> notifier(memory);
    for (int notification = 0; notification < 3; ++notification)
    {
        notifier.notify();
        notifier.notify_after_exchange();
    }
    EXPECT_EQ(memory.wakes(), 0u);
}

TEST(Notifier, WakesOnceHoweverManyApproached)
{
    const CountingMemory memory;
    const Notifier<CountingMemory> notifier(memory);
    const uint32_t first = notifier.prepare_sleep();
    EXPECT_EQ(notifier.prepare_sleep(), first);
    notifier.notify();
    notifier.notify();
    EXPECT_EQ(memory.wakes(), 1u);
}

TEST(Notifier, NobodyFallsAsleepBehindANotification)
{
    const CountingMemory memory;
    const Notifier<CountingMemory> notifier(memory);
    const uint32_t shown = notifier.prepare_sleep();
    notifier.notify();
    const int64_t begin_ns = platform::monotonic_ns();
    EXPECT_EQ(memory.sleep_while_equal(shown, 100 * a_second_ns), platform::Sleep::woken);
    EXPECT_LT(platform::monotonic_ns() - begin_ns, 50 * a_second_ns);
}

TEST(Notifier, ASleepWithoutANotificationEndsByItsLimit)
{
    const CountingMemory memory;
    const Notifier<CountingMemory> notifier(memory);
    EXPECT_EQ(memory.sleep_while_equal(notifier.prepare_sleep(), 10'000'000), platform::Sleep::timed_out);
}

TEST(Notifier, EverySleeperSeesEveryNotification)
{
    constexpr uint32_t notifications = 2'000;
    constexpr unsigned sleepers = 3;
    const CountingMemory memory;
    std::atomic<uint32_t> counter{0};
    std::atomic<uint32_t> seen[sleepers] = {};
    std::atomic<uint32_t> timed_out{0};
    std::vector<std::thread> threads;
    for (std::atomic<uint32_t> &mine : seen)
        threads.emplace_back([&] {
            const Notifier<CountingMemory> notifier(memory);
            while (mine < notifications)
            {
                const uint32_t shown = notifier.prepare_sleep();
                if (counter.load(std::memory_order_acquire) <= mine &&
                    memory.sleep_while_equal(shown, 100 * a_second_ns) == platform::Sleep::timed_out)
                    ++timed_out;
                mine = counter.load(std::memory_order_acquire);
            }
        });
    for (uint32_t notification = 1; notification <= notifications; ++notification)
    {
        // Waits until all have seen the last one: each notification meets sleepers, or those that are falling asleep.
        for (std::atomic<uint32_t> &theirs : seen)
            while (theirs + 1 < notification)
                std::this_thread::yield();
        counter.store(notification, std::memory_order_release);
        Notifier<CountingMemory>(memory).notify();
    }
    for (std::thread &thread : threads)
        thread.join();
    EXPECT_EQ(timed_out, 0u);
}

}
}
