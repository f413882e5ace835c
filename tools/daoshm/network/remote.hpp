/// Segments on other machines for commands that look at one.
#pragma once

#include <cstdint>
#include <optional>

#include <daoShm.hpp>

#include "network/address.hpp"

namespace daoshm
{

/// Subscribe to it and wait for the first frame. The connection lasts as long as the process.
/// @param every       each frame instead of the newest
/// @param patience_ns negative: no limit
Dao::Image open_remote(const Address &address, bool every, int64_t patience_ns);

/// Where a frame of a copy was published first.
struct Origin
{
    uint64_t cnt0;
    uint64_t segment_id;
};
/// Of the frame that was read last; nothing when it did not come through a network.
std::optional<Origin> origin_of_last_frame(const Dao::Image &segment);

/// What a subscriber of this user, in whatever process, says of the segment of this file that it fills.
struct CopySource
{
    std::string host, topic, endpoint, state, message;
    bool is_connected;
    uint32_t pid;
    int64_t last_frame_ns;
    uint64_t cnt0, frames, skipped, lost;
    int64_t delay_ns, clock_offset_ns, round_trip_ns;
};
std::optional<CopySource> source_of(const Dao::Image &segment);

}
