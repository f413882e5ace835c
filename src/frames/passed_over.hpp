// Which frames a reader passed over and may still read, as they lie in their slots: they count as missed until it does.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

namespace dao::frames
{

class PassedOver
{
  public:
    // Where the reader is made, as a frame's way allocates nothing. Without memory for it frames that are passed over stay missed.
    void prepare(uint32_t depth) noexcept
    {
        try
        {
            slots_.assign(depth > 1 ? depth : 0, false);
        }
        catch (const std::bad_alloc &)
        {
            slots_.clear();
        }
        are_any_ = false;
    }

    void forget() noexcept
    {
        std::fill(slots_.begin(), slots_.end(), false);
        are_any_ = false;
    }

    // The frames up to `last` are passed over, so many.
    void add(uint64_t last, uint64_t count) noexcept
    {
        if (slots_.empty())
            return;
        are_any_ = true;
        const uint64_t depth = slots_.size();
        const uint64_t first_slot = (last - std::min(count, depth) + 1) % depth;
        const uint64_t end = first_slot + std::min(count, depth);
        std::fill(at(first_slot), at(std::min(end, depth)), true);
        std::fill(at(0), at(end - std::min(end, depth)), true);
    }

    // Frame `number` is read, and no newer one than `newest` has been. Whether it had been passed over.
    bool take(uint64_t number, uint64_t newest) noexcept
    {
        if (!are_any_ || (number < newest && newest - number >= slots_.size()))
            return false;
        std::vector<bool>::reference slot = *at(number % slots_.size());
        const bool was_passed_over = slot;
        slot = false;
        return was_passed_over && number <= newest;
    }

  private:
    std::vector<bool>::iterator at(uint64_t slot) noexcept { return slots_.begin() + static_cast<ptrdiff_t>(slot); }

    std::vector<bool> slots_; // whether the frame in it was passed over; none where nobody can read one later
    bool are_any_ = false;
};

}
