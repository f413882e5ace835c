// The steps that all ways to write a frame are made of. Used in this folder only.
#pragma once

#include "frames/writer.hpp"

namespace dao::frames
{

// Refuses read-only and lent-out segments, those that are no longer under their name, and more elements than the frame
// has.
Status check_writable(const Writer &writer, const void *data, uint64_t position, uint64_t count) noexcept;

// W1: the next slot, marked as being written, with the counters that go on from frame to frame, unless a program has set
// them there since foresee(). The lock is held.
uint32_t begin_frame(Writer &writer) noexcept;

// Which frame is the newest. The lock is held.
inline Place newest_place(const segment::Segment &segment) noexcept
{
    return {segment.generation(), segment.slots().newest().counter};
}

// Notes what the next slot holds, to notice what programs set there for the next frame.
void foresee(Writer &writer) noexcept;

// Whether a shorter write into the next slot may leave what lies there. With one slot, that may be of a frame that was given up.
inline bool is_last_frame_whole(const segment::Segment &segment) noexcept
{
    return segment.depth() > 1 || segment.slots().snapshot(0).stable;
}

// What a shorter write leaves, from element `from` on, is zeros, or the last frame's content.
void clear_from(const segment::Segment &segment, uint32_t slot, uint64_t from) noexcept;
void carry_over(const segment::Segment &segment, uint32_t slot, uint64_t from) noexcept;

// W4 to W6, and W7 for readers that spin: the frame in the slot is the newest.
inline void make_public(const segment::Segment &segment, uint32_t slot) noexcept
{
    const uint64_t counter = segment.slots().commit(slot);
    if (segment.extension() != nullptr)
        segment.frame_generation().publish(counter);
}

// W3 to W8, with the lock released: the slot holds the whole frame. An error when the lock was lost meanwhile: the frame
// is given up then. Replaced or removed when the frame is in a segment that nobody can open any more.
Status finish_frame(Writer &writer, uint32_t slot) noexcept;

// Whether the segment that was just written is still the one under its name, asked ten times a second at most.
Status check_name(Writer &writer, int64_t now_ns) noexcept;

// The lock was taken away from its living holder, which was taken for dead by mistake.
Status fail_lost_lock(const segment::Segment &segment) noexcept;

}
