// The slots' words in a mapped segment.
#pragma once

#include "base/word.hpp"
#include "dao.h"

#include <cstddef>
#include <cstdint>

namespace dao::segment
{

class SlotWords
{
  public:
    using Fence = base::Fence;

    SlotWords() noexcept = default;

    // `metadata_stride`: bytes from one slot's metadata to the next. `newest` and `epoch` point into the segment, or to
    // words of the handle's own where the segment's layout has none.
    SlotWords(unsigned char *metadata, size_t metadata_stride, uint32_t depth, uint32_t *newest,
              uint64_t *epoch) noexcept
        : metadata_(metadata), stride_(metadata_stride), depth_(depth), newest_(newest), epoch_(epoch)
    {
    }

    uint32_t depth() const noexcept { return depth_; }
    base::Word<uint8_t> write(uint32_t slot) const noexcept { return base::Word<uint8_t>(&metadata(slot)->write); }
    base::Word<uint64_t> counter(uint32_t slot) const noexcept { return base::Word<uint64_t>(&metadata(slot)->cnt0); }
    base::Word<uint32_t> newest() const noexcept { return base::Word<uint32_t>(newest_); }
    base::Word<uint64_t> epoch() const noexcept { return base::Word<uint64_t>(epoch_); }

    IMAGE_METADATA *metadata(uint32_t slot) const noexcept
    {
        return reinterpret_cast<IMAGE_METADATA *>(metadata_ + slot * stride_);
    }

  private:
    unsigned char *metadata_ = nullptr;
    size_t stride_ = 0;
    uint32_t depth_ = 1;
    uint32_t *newest_ = nullptr;
    uint64_t *epoch_ = nullptr;
};

}
