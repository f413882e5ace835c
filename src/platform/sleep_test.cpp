// The seam's clocks, wait words, named semaphores and processes, with the same outcome on every system.
#include "platform/platform.hpp"

#include <atomic>
#include <chrono>
#include <gtest/gtest.h>
#include <string>
#include <thread>
#include <vector>

namespace
{

using namespace dao::platform;

constexpr int64_t millisecond_ns = 1'000'000;
constexpr int64_t second_ns = 1000 * millisecond_ns;

// What one sleep of 10 s returned, and how long it took.
struct Slept
{
    Sleep result = Sleep::timed_out;
    int64_t ns = 0;
};

Slept sleep_long(WaitWord &waiter, const uint32_t &word, uint32_t expected)
{
    const int64_t begin_ns = monotonic_ns();
    const Sleep result = waiter.sleep_while_equal(&word, expected, 100 * second_ns);
    return {result, monotonic_ns() - begin_ns};
}

TEST(PlatformWaitWord, WakesAllWhoSleepOnTheOldValue)
{
    const uint64_t id = random_number();
    alignas(64) std::atomic<uint32_t> word{7};
    const auto &plain = reinterpret_cast<const uint32_t &>(word);
    std::vector<Slept> slept(8);
    std::vector<std::thread> sleepers;
    for (Slept &one : slept)
        sleepers.emplace_back([&] {
            WaitWord waiter(id); // each as if it had opened the segment itself
            one = sleep_long(waiter, plain, 7);
        });
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    WaitWord waiter(id);
    word.store(8);
    waiter.wake_all(&plain, 7);
    for (std::thread &sleeper : sleepers)
        sleeper.join();
    for (const Slept &one : slept)
    {
        EXPECT_EQ(one.result, Sleep::woken);
        EXPECT_LT(one.ns, 50 * second_ns);
    }
}

TEST(PlatformWaitWord, DoesNotPutToSleepOnAnotherValue)
{
    WaitWord waiter(random_number());
    const uint32_t word = 3;
    const Slept slept = sleep_long(waiter, word, 2);
    EXPECT_EQ(slept.result, Sleep::woken);
    EXPECT_LT(slept.ns, 50 * second_ns);
}

TEST(PlatformWaitWord, EndsItsSleepInTime)
{
    WaitWord waiter(random_number());
    const uint32_t word = 3;
    const int64_t begin_ns = monotonic_ns();
    EXPECT_EQ(waiter.sleep_while_equal(&word, 3, 50 * millisecond_ns), Sleep::timed_out);
    const int64_t took_ns = monotonic_ns() - begin_ns;
    EXPECT_GE(took_ns, 49 * millisecond_ns);
    EXPECT_LT(took_ns, 50 * second_ns);
}

// Two threads answer each other through the word; a wake-up that is lost costs the hundred seconds of a sleep.
TEST(PlatformWaitWord, LosesNoWakeUp)
{
    constexpr uint32_t turns = 2000;
    const uint64_t id = random_number();
    alignas(64) std::atomic<uint32_t> word{0};
    const auto &plain = reinterpret_cast<const uint32_t &>(word);
    const int64_t begin_ns = monotonic_ns();
    const auto play = [&](uint32_t mine) {
        WaitWord waiter(id);
        for (uint32_t turn = mine; turn < turns; turn += 2)
        {
            while (word.load() != turn)
                waiter.sleep_while_equal(&plain, turn - 1, 100 * second_ns);
            word.store(turn + 1);
            waiter.wake_all(&plain, turn);
        }
    };
    std::thread other(play, 1u);
    play(0);
    other.join();
    EXPECT_EQ(word.load(), turns);
    EXPECT_LT(monotonic_ns() - begin_ns, 100 * second_ns);
}

TEST(PlatformClock, RunsForward)
{
    const int64_t real_ns = realtime_ns();
    const int64_t begin_ns = monotonic_ns();
    EXPECT_EQ(sleep_until(begin_ns + 20 * millisecond_ns), Sleep::timed_out);
    EXPECT_GE(monotonic_ns() - begin_ns, 20 * millisecond_ns);
    EXPECT_GE(realtime_ns() - real_ns, 19 * millisecond_ns);
    const auto system_ns = [] {
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
    };
    const int64_t before_ns = system_ns();
    const int64_t between_ns = realtime_ns();
    EXPECT_LE(before_ns, between_ns);
    EXPECT_LE(between_ns, system_ns());
    const int64_t coarse_ns = realtime_coarse_ns();
    EXPECT_GT(coarse_ns, before_ns - second_ns);
    EXPECT_LE(coarse_ns, realtime_ns());
    char text[64];
    format_local_time(realtime_ns(), text, sizeof text);
    EXPECT_EQ(std::string(text).size(), 19u) << text;
}

TEST(PlatformSemaphore, HoldsOnePostForAllWhoOpenIt)
{
    const std::string name = "/dp" + std::to_string(random_number() % 100'000'000) + "_sem00";
    NamedSemaphore first, second;
    ASSERT_TRUE(first.open(name.c_str(), true, 0600));
    ASSERT_TRUE(second.open(name.c_str(), false, 0));
    EXPECT_EQ(second.wait(0), Sleep::timed_out);
    first.post();
    first.post();
    EXPECT_EQ(second.wait(0), Sleep::woken);
    EXPECT_EQ(second.wait(20 * millisecond_ns), Sleep::timed_out) << "posts are not added up";
    std::thread poster([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        first.post();
    });
    EXPECT_EQ(second.wait(100 * second_ns), Sleep::woken);
    poster.join();
    NamedSemaphore::remove(name.c_str());
}

TEST(PlatformProcess, KnowsWhoLives)
{
    const ProcessIdentity self = this_process().identity;
    EXPECT_EQ(check_process(self), Liveness::alive);
    ProcessIdentity other = self;
    other.start_time += 1;
    EXPECT_EQ(check_process(other), Liveness::dead) << "the same id, another start time";
    other = self;
    other.pid_namespace += 1;
    EXPECT_EQ(check_process(other), Liveness::unknown);
    other = self;
    other.start_time = 0;
    EXPECT_EQ(check_process(other), Liveness::unknown) << "somebody has the id";
    EXPECT_EQ(check_process({}), Liveness::unknown);
    EXPECT_FALSE(is_stopped(self));
    EXPECT_NE(random_number(), random_number());
    char name[32];
    process_name(self.pid, name, sizeof name);
    EXPECT_NE(std::string(name), "");
}

}
