// The writer lock of a segment: waited for, taken over from the dead, and released. What a dead holder left half done
// is repaired before the caller has the lock.
#pragma once

#include "base/interrupts.hpp"
#include "segment/segment.hpp"

namespace dao::segment
{

// Each waits as long as lock_wait.hpp says, and ends as it says. A segment made by DAO has no lock: success. The interrupts are
// those of one handle, and say which handle of this process has the lock.

// For a whole frame. An error of state while this process puts a frame together from packets.
Status lock_for_frame(Segment &segment, base::Interrupts &interrupts) noexcept;
// For one packet, which this process's other packets do not exclude; `joined` tells whether it did join them.
Status lock_for_packet(Segment &segment, base::Interrupts &interrupts, bool &joined) noexcept;
// To end what this process has under way: waits for its packets, not for its frame; `continued` tells whether there were any.
Status lock_to_finalise(Segment &segment, base::Interrupts &interrupts, bool &continued) noexcept;

// Frees the locks of frames and of keywords, each when its holder is not proven alive, or with `force`; what the holder
// left half done is repaired. An error when nothing could be freed because the holder lives.
Status unlock_by_hand(Segment &segment, bool force) noexcept;

// Whether that handle has the lock still.
inline bool has_lock(const Segment &segment, const base::Interrupts &handle) noexcept
{
    return segment.writer_lock().is_held() && segment.is_lock_holder(&handle);
}

// False when the lock was taken away meanwhile; then it is somebody else's. There is nothing to give back in memory that
// was lost.
bool unlock(const Segment &segment, const base::Interrupts &handle) noexcept;

}
