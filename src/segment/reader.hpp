// Everything that gets frames out of a segment. The copying calls return only whole frames; the pointer calls hand
// out shared memory, and check_handed() tells afterwards whether it stayed whole.
#pragma once

#include "segment/handle.hpp"

namespace dao::segment
{

// Starts reading in order after `newest`.
void restart_position(Handle &handle, const ring::Newest &newest) noexcept;

// Takes notice when the segment was reused: its counters began anew, and with them this reader's place. Returns true
// when that had happened.
bool follow_generation(Handle &handle) noexcept;

uint64_t newest_counter(Handle &handle) noexcept;

// On success and overwrite handle.frame describes the frame copied.
Status read_newest(Handle &handle, void *destination, uint64_t count) noexcept;
Status read_next(Handle &handle, void *destination, uint64_t count, uint64_t &missed) noexcept;
Status read_last(Handle &handle, void *destination, uint32_t frame_count, uint64_t &first_counter) noexcept;

// handle.handed describes the slot handed out.
void hand_newest(Handle &handle) noexcept;
void hand_slot(Handle &handle, uint32_t slot) noexcept;
Status hand_next(Handle &handle) noexcept;
Status check_handed(Handle &handle) noexcept;

}
