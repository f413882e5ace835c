// Times of tests, and how long the stress runs take.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <thread>

namespace test
{

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int64_t second_ns = 1'000'000'000;
constexpr int64_t millisecond_ns = 1'000'000;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool is_sanitized = true;
#else
constexpr bool is_sanitized = false;
#endif

/** DAO_STRESS_SECONDS for each stress run, else a short time: a sanitizer sees one process, not what is between them. */
inline milliseconds stress_time()
{
    constexpr milliseconds short_time{is_sanitized ? 300 : 1000};
    const char *wanted = std::getenv("DAO_STRESS_SECONDS");
    const long seconds = wanted != nullptr ? std::strtol(wanted, nullptr, 10) : 0;
    return seconds > 0 ? milliseconds(seconds * 1000) : short_time;
}

template <class Action>
int64_t elapsed_ns(Action &&action)
{
    const auto start = Clock::now();
    action();
    return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count();
}

/** Within this waits end after what ends them, as documented; a sanitizer slows the library itself down. */
constexpr milliseconds soon{is_sanitized ? 1000 : 200};

/**
 * How late this machine wakes a sleeper while the object lives. A promise such as "within 0.2 s" is about what the
 * library waits for: where others keep the processors busy, the processes of a test come that much later.
 */
class Lateness
{
  public:
    Lateness() : thread_([this] { watch(); }) {}

    ~Lateness()
    {
        ends_ = true;
        thread_.join();
    }

    Lateness(const Lateness &) = delete;
    Lateness &operator=(const Lateness &) = delete;

    /**
     * How much later than promised an action may end: what all sleeps lasted too long together, also the one that should
     * have ended, for each of three processes that come one after the other, such as who removes, who waits, who asks.
     */
    Clock::duration allowance() const
    {
        const Clock::rep overdue = (Clock::now() - Clock::time_point(Clock::duration(due_.load()))).count();
        return 3 * Clock::duration(total_.load() + std::max<Clock::rep>(overdue, 0));
    }
    int64_t allowance_ns() const { return std::chrono::duration_cast<std::chrono::nanoseconds>(allowance()).count(); }

  private:
    void watch()
    {
        while (!ends_)
        {
            std::this_thread::sleep_until(Clock::time_point(Clock::duration(due_.load())));
            const auto now = Clock::now().time_since_epoch();
            total_ += std::max<Clock::rep>(now.count() - due_.load(), 0); // some systems wake early
            due_ = (now + step).count();
        }
    }

    static constexpr Clock::duration step = milliseconds(2);

    std::atomic<bool> ends_ = false;
    std::atomic<Clock::rep> total_ = 0;
    std::atomic<Clock::rep> due_ = (Clock::now() + step).time_since_epoch().count();
    std::thread thread_;
};

/** How long this thread has been ready to run and waited for a processor, as Linux says; elsewhere 0. */
inline int64_t kept_waiting_ns()
{
    int64_t ran_ns = 0, waited_ns = 0;
    std::ifstream("/proc/thread-self/schedstat") >> ran_ns >> waited_ns;
    return waited_ns;
}

/**
 * As elapsed_ns(), less what the machine excuses: for promises that something is done soon. A thread that spins may lose its
 * processor for long where one that sleeps is woken in time.
 */
template <class Action>
int64_t punctual_ns(Action &&action)
{
    const Lateness lateness;
    const int64_t kept_before_ns = kept_waiting_ns();
    const int64_t taken_ns = elapsed_ns(action);
    return taken_ns - (kept_waiting_ns() - kept_before_ns) - lateness.allowance_ns();
}

/** Checks until `condition` holds; false when it did not in time. */
template <class Condition>
bool eventually(Condition &&condition, milliseconds limit = milliseconds(60'000))
{
    const auto deadline = Clock::now() + limit;
    while (!condition())
    {
        if (Clock::now() > deadline)
            return false;
        std::this_thread::sleep_for(milliseconds(1));
    }
    return true;
}

}
