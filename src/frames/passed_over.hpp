// Which frames a reader passed over and may still read, as they lie in their slots: they count as missed until it does.
#pragma once

#include <cstdint>
#include <new>
#include <vector>

namespace dao::frames
{

class PassedOver
{
  public:
    // Frames are passed over for the first time, after `newest`. Without memory for it they stay missed.
    void begin(uint64_t newest, uint32_t depth) noexcept
    {
        if (depth == 1 || !last_read_.empty())
            return;
        try
        {
            last_read_.assign(depth, 0);
            after_ = newest;
        }
        catch (const std::bad_alloc &)
        {
        }
    }
    void forget() noexcept { last_read_.clear(); }

    // Frame `number` was read. Whether it had been passed over: it is not newer than `newest`, and was not read before.
    bool take(uint64_t number, uint64_t newest) noexcept
    {
        if (last_read_.empty())
            return false;
        uint64_t &last = last_read_[number % last_read_.size()];
        const bool is_new = last != number;
        last = number;
        return is_new && number > after_ && number <= newest;
    }

  private:
    std::vector<uint64_t> last_read_; // of each slot; empty as long as none was passed over
    uint64_t after_ = 0;
};

}
