// Slots in plain memory, for the tests of this folder.
#pragma once

#include "base/copy.hpp"
#include "protocol/slots.hpp"
#include "segment/slot_words.hpp"

#include <array>
#include <vector>

namespace dao::protocol
{

using segment::SlotWords;

constexpr uint32_t frame_words = 64;
using Frame = std::array<uint64_t, frame_words>;

// The slots' words as a segment has them, and frames of equal words beside them.
class SlotsInMemory
{
  public:
    explicit SlotsInMemory(uint32_t depth) : metadata_(depth), frames_(depth), newest_(depth - 1) {}

    SlotWords words()
    {
        return SlotWords(reinterpret_cast<unsigned char *>(metadata_.data()), sizeof(IMAGE_METADATA),
                         static_cast<uint32_t>(metadata_.size()), &newest_, &epoch_);
    }
    Slots<SlotWords> slots() { return Slots<SlotWords>(words()); }

    void fill(uint32_t slot, uint64_t value)
    {
        Frame frame;
        frame.fill(value);
        base::copy_shared(&frames_[slot], &frame, sizeof frame);
    }
    uint64_t publish(uint64_t value)
    {
        const uint32_t slot = slots().next_slot();
        slots().begin_write(slot);
        fill(slot, value);
        return slots().commit(slot);
    }
    Frame copy(uint32_t slot)
    {
        Frame frame;
        base::copy_shared(&frame, &frames_[slot], sizeof frame);
        return frame;
    }

  private:
    std::vector<IMAGE_METADATA> metadata_;
    std::vector<Frame> frames_;
    uint32_t newest_;
    uint64_t epoch_ = 0;
};

inline bool is_one_frame(const Frame &frame)
{
    for (uint64_t word : frame)
        if (word != frame[0])
            return false;
    return true;
}

}
