/// Segments on other machines for commands that look at one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <daoShm.hpp>

#include "network/address.hpp"

namespace daoshm
{

/// Subscribe to it and wait for the first frame. The connection lasts as long as the process.
/// @param every       each frame instead of the newest
/// @param patience_ns negative: no limit
Dao::Image open_remote(const Address &address, bool every, int64_t patience_ns);
/// The copy that took the place of the one that open_remote() gave: its source has another shape or type. Throws when there is
/// none in time.
Dao::Image open_remote_again(int64_t patience_ns);
/// Whether the first frame of such a copy had been published before it was subscribed to.
bool begins_earlier(const Dao::Image &segment);
/// "host:5556:wfs" for such a copy; nothing for others.
std::optional<std::string> remote_name(const Dao::Image &segment);

/// Where a frame of a copy was published first.
struct Origin
{
    uint64_t cnt0;
    uint64_t segment_id;
    uint64_t missed; ///< before it, overwritten there before they could be sent
};
/// Of the frame that was read last; nothing when it did not come through a network.
std::optional<Origin> origin_of_last_frame(const Dao::Image &segment);

/// What a subscriber of this user, in whatever process, says of the segment of this file that it fills.
struct CopySource
{
    std::string host, topic, endpoint, state, message; ///< all but `endpoint` and `state` may be empty: not known
    bool is_connected;
    uint32_t pid;
    int64_t last_frame_ns; ///< 0: no frame yet
    uint64_t cnt0, frames, skipped, lost, missed_before;
    int64_t delay_ns, clock_offset_ns, round_trip_ns; ///< not known while the last is 0
};
std::optional<CopySource> source_of(const Dao::Image &segment);

/// What follows the counts of a copy's frames, as "3 skipped, 0 lost"; empty where nothing was missed.
inline std::string missed_before_text(uint64_t missed_before)
{
    return missed_before > 0 ? ", " + std::to_string(missed_before) + " missed before they came to the publisher" : "";
}

}
