// The last few values of something measured, in order of size: a quantile costs one read.
#pragma once

#include <algorithm>
#include <cstdint>

namespace dao::wait
{

template <uint32_t Capacity>
class RecentValues
{
  public:
    uint32_t count() const noexcept { return count_; }

    // The oldest makes room.
    void add(int32_t value) noexcept
    {
        if (count_ == Capacity)
            remove(by_age_[next_]);
        by_age_[next_] = value;
        next_ = (next_ + 1) % Capacity;
        uint32_t at = count_++;
        for (; at > 0 && sorted_[at - 1] > value; --at)
            sorted_[at] = sorted_[at - 1];
        sorted_[at] = value;
    }

    // At 0 the smallest, at 100 the largest. Needs at least one value.
    int32_t quantile(uint32_t percent) const noexcept { return sorted_[((count_ - 1) * percent + 50) / 100]; }

    // The mean of the values from `least` to `most`, and how many those are.
    struct Mean
    {
        int64_t value = 0;
        uint32_t count = 0;
    };
    Mean mean_between(int64_t least, int64_t most) const noexcept
    {
        int64_t sum = 0;
        uint32_t inside = 0;
        for (uint32_t at = 0; at < count_; ++at)
            if (sorted_[at] >= least && sorted_[at] <= most)
            {
                sum += sorted_[at];
                ++inside;
            }
        return inside == 0 ? Mean{} : Mean{sum / inside, inside};
    }

  private:
    void remove(int32_t value) noexcept
    {
        int32_t *const end = sorted_ + count_;
        int32_t *const place = std::find(sorted_, end, value);
        if (place == end)
            return;
        std::copy(place + 1, end, place);
        --count_;
    }

    int32_t by_age_[Capacity] = {};
    int32_t sorted_[Capacity] = {};
    uint32_t count_ = 0;
    uint32_t next_ = 0;
};

}
