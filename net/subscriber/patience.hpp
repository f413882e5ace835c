// How long a subscriber waits for a publisher of which nothing comes, before it connects anew.
#pragma once

#include "clock.hpp"

#include <algorithm>
#include <cstdint>

namespace dao::net
{

// Ten times what a frame takes, which the publisher may be sending. No frame takes too long for it: where the machine or the link
// is gone, the system ends the connection meanwhile.
class Patience
{
  public:
    int64_t ns() const { return ns_; }
    // So long did a frame take.
    void learn(int64_t delay_ns)
    {
        ns_ = std::clamp(10 * std::clamp<int64_t>(delay_ns, 0, most_ns), least_ns, most_ns);
    }
    // Nothing came in that time.
    void lengthen() { ns_ = std::min(2 * ns_, most_ns); }

  private:
    static constexpr int64_t least_ns = 5 * second_ns;
    static constexpr int64_t most_ns = 3600 * second_ns;

    int64_t ns_ = 35 * second_ns; // longer than a dead connection lives
};

}
