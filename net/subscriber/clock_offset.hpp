// How far the publisher's clock is ahead of this one, by messages there and back: the one that took least time is off by
// at most half of it.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace dao::net
{

class ClockOffset
{
  public:
    // Asked and received by this clock, heard and answered by the other.
    void add(int64_t asked_ns, int64_t heard_ns, int64_t answered_ns, int64_t received_ns)
    {
        const int64_t round_trip_ns = (received_ns - asked_ns) - (answered_ns - heard_ns);
        if (round_trip_ns < 0 || received_ns < asked_ns) // a clock was set meanwhile
            return;
        const Sample fresh{round_trip_ns, (heard_ns - asked_ns) / 2 + (answered_ns - received_ns) / 2};
        if (is_known() && !may_both_hold(best(), fresh)) // a clock was set since
            forget();
        samples_[next_++ % samples_.size()] = fresh;
    }
    void forget() { *this = {}; }

    bool is_known() const { return next_ > 0; }
    int64_t round_trip_ns() const { return is_known() ? best().round_trip_ns : 0; }
    int64_t offset_ns() const { return is_known() ? best().offset_ns : 0; }

  private:
    struct Sample
    {
        int64_t round_trip_ns = 0;
        int64_t offset_ns = 0;
    };
    static bool may_both_hold(const Sample &one, const Sample &other)
    {
        constexpr int64_t rounding_ns = 4;
        return std::abs(one.offset_ns - other.offset_ns) <=
               one.round_trip_ns / 2 + other.round_trip_ns / 2 + rounding_ns;
    }
    const Sample &best() const
    {
        return *std::min_element(
            samples_.begin(), samples_.begin() + static_cast<std::ptrdiff_t>(std::min(next_, samples_.size())),
            [](const Sample &one, const Sample &other) { return one.round_trip_ns < other.round_trip_ns; });
    }

    std::array<Sample, 16> samples_{};
    size_t next_ = 0;
};

}
