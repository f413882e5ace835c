// A time limit as a moment of the monotonic clock.
#pragma once

#include "platform/platform.hpp"

namespace dao::wait
{

constexpr int64_t no_limit = -1;

class Deadline
{
  public:
    // Negative: no limit.
    explicit Deadline(int64_t timeout_ns) noexcept
        : at_ns_(timeout_ns < 0 ? INT64_MAX : saturating_sum(platform::monotonic_ns(), timeout_ns))
    {
    }
    static Deadline at(int64_t moment_ns) noexcept
    {
        Deadline deadline(no_limit);
        deadline.at_ns_ = moment_ns;
        return deadline;
    }
    int64_t at_ns() const noexcept { return at_ns_; }
    int64_t remaining_ns(int64_t now_ns) const noexcept { return at_ns_ - now_ns; }

  private:
    static int64_t saturating_sum(int64_t now_ns, int64_t timeout_ns) noexcept
    {
        return timeout_ns > INT64_MAX - now_ns ? INT64_MAX : now_ns + timeout_ns;
    }
    int64_t at_ns_;
};

}
