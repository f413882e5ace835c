// When a call lets other Python threads run.
#pragma once

#include <algorithm>
#include <atomic>

#include "wait.hpp"

namespace daopython
{

/// Getting the interpreter back may take as long as another thread computes, so a short call keeps it. A call that
/// copies much, or may have to wait for a writer, releases it.
constexpr uint64_t short_copy_bytes = 65536;

inline bool is_being_written(IMAGE_METADATA &metadata)
{
    return std::atomic_ref(metadata.write).load(std::memory_order_relaxed) != 0;
}

/// The slot that was written last, `ahead` slots further.
inline IMAGE_METADATA &metadata_from_newest(Place &place, uint32_t ahead)
{
    IMAGE_METADATA *metadata = place.image()->md;
    if (place.depth == 1)
        return metadata[0];
    const uint32_t newest = std::atomic_ref(metadata[0].fifo_last_written).load(std::memory_order_acquire);
    return metadata[(newest + ahead) % place.depth];
}

/// Whether a copy from the newest slot, or to the next one, may take long.
inline bool may_take_long(Place &place, uint32_t slots_ahead)
{
    return place.frame_bytes > short_copy_bytes || Place::loans_open() > 0 ||
           is_being_written(metadata_from_newest(place, slots_ahead));
}

/// Releases the interpreter for such a copy.
class ReleaseForCopy
{
  public:
    ReleaseForCopy(Place &place, uint32_t slots_ahead)
    {
        if (may_take_long(place, slots_ahead))
            released_.emplace();
    }

  private:
    std::optional<Released> released_;
};

/// daoShmReadNewest(), with the interpreter released when it takes long. Sets the frame's counter.
int_fast8_t copy_newest(Place &place, const Destination &to, uint64_t &cnt0);

} // namespace daopython
