// A writer's turn: the writer lock, waited for, taken over from the dead, and given back.
#pragma once

#include "segment/handle.hpp"

namespace dao::segment
{

// Refuses closed, read-only and lent-out segments, and frames of more elements than there are.
Status check_writable(const Handle &handle, const void *data, uint64_t position, uint64_t count) noexcept;

// Waits up to five seconds for the lock. `join`: for one packet, which this process's other packets do not exclude;
// `joined` then tells whether it did join them. Repairs what a dead holder left half done.
Status take_turn(Segment &segment) noexcept;
Status take_packet_turn(Segment &segment, bool &joined) noexcept;
void end_turn(const Segment &segment) noexcept; // nothing to give back in memory that was lost

// What a reuse does to the words and the data, between taking the turn and ending it. Also what a takeover repeats
// when it finds a reuse half done.
void clear_segment(Segment &segment) noexcept;

// W3 to W7 and the end of the turn: `slot` is announced and holds the whole frame. Nothing is committed when the memory
// was lost meanwhile.
Status finish_frame(Handle &handle, uint32_t slot) noexcept;

// Rings the doorbell, and posts DAO's semaphores where the segment has them.
void wake_waiters(Segment &segment) noexcept;

}
