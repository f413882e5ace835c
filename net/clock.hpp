#pragma once

#include "platform/platform.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>

namespace dao::net
{

using platform::lasting_ns;
using platform::realtime_ns;

inline int64_t monotonic_ns()
{
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

// A moment of lasting_ns() on the clock of the day as that is set now, so that no age jumps when it is set, nor leaves out the time
// in which the machine was suspended. 0 stays 0: no such moment.
inline int64_t day_time_of(int64_t lasting_moment_ns)
{
    return lasting_moment_ns == 0 ? 0 : realtime_ns() - (lasting_ns() - lasting_moment_ns);
}

constexpr int64_t second_ns = 1'000'000'000;
constexpr int64_t millisecond_ns = 1'000'000;

// The end of a time limit, of which negative ones are none.
class Deadline
{
  public:
    explicit Deadline(int64_t timeout_ns) : end_ns_(end_of(timeout_ns, monotonic_ns())) {}
    int64_t remaining_ns() const { return end_ns_ < 0 ? -1 : std::max<int64_t>(0, end_ns_ - monotonic_ns()); }

  private:
    // One that lies too far ahead to count is none.
    static int64_t end_of(int64_t timeout_ns, int64_t now_ns)
    {
        return timeout_ns < 0 || timeout_ns > std::numeric_limits<int64_t>::max() - now_ns ? -1 : now_ns + timeout_ns;
    }

    int64_t end_ns_;
};

// Events a second, lately: over the last whole half second to second.
class Rate
{
  public:
    void count(uint64_t events = 1) noexcept { events_ += events; }
    double per_second() const noexcept { return per_second_; }
    // To be called now and then.
    void update(int64_t now_ns) noexcept
    {
        if (since_ns_ == 0)
            since_ns_ = now_ns;
        if (now_ns - since_ns_ < second_ns / 2)
            return;
        per_second_ = static_cast<double>(events_) * 1e9 / static_cast<double>(now_ns - since_ns_);
        since_ns_ = now_ns;
        events_ = 0;
    }

  private:
    uint64_t events_ = 0;
    int64_t since_ns_ = 0;
    double per_second_ = 0;
};

}
