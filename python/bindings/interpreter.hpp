// When a call lets other Python threads run.
#pragma once

#include <atomic>
#include <nanobind/nanobind.h>
#include <optional>

#include "handle.hpp"

namespace daopython
{

/// Getting the interpreter back may take as long as another thread computes, so a short call keeps it. A call that
/// copies much, or may have to wait for a writer, lets go.
constexpr uint64_t short_copy_bytes = 65536;

inline bool is_being_written(IMAGE_METADATA &metadata)
{
    return std::atomic_ref(metadata.write).load(std::memory_order_relaxed) != 0;
}

/// The slot that was written last, `ahead` slots further.
inline IMAGE_METADATA &metadata_from_newest(Mapping &mapping, uint32_t ahead)
{
    IMAGE_METADATA *metadata = mapping.image.md;
    if (mapping.depth == 1)
        return metadata[0];
    const uint32_t newest = std::atomic_ref(metadata[0].fifo_last_written).load(std::memory_order_acquire);
    return metadata[(newest + ahead) % mapping.depth];
}

/// Releases the interpreter for a copy from the newest slot, or to the next one, when that may take long.
class ReleaseForCopy
{
  public:
    ReleaseForCopy(Mapping &mapping, uint32_t slots_ahead)
    {
        if (mapping.frame_bytes > short_copy_bytes || Handle::loans_open() > 0 ||
            is_being_written(metadata_from_newest(mapping, slots_ahead)))
            release_.emplace();
    }

  private:
    std::optional<nanobind::gil_scoped_release> release_;
};

} // namespace daopython
