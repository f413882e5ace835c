// A snapshot of a slot, as the public struct and back.
#pragma once

#include "segment/segment.hpp"

namespace dao::frames
{

inline protocol::Snapshot snapshot_of(const DAO_FRAME &frame) noexcept
{
    return {frame.slot, frame.stable != 0, frame.cnt0, frame.epoch};
}

// What the slot says of its frame besides the counter. It is of the snapshot's frame when that is still whole afterwards.
inline DAO_FRAME describe(const segment::Segment &segment, const protocol::Snapshot &snapshot,
                          uint32_t generation) noexcept
{
    IMAGE_METADATA &metadata = *segment.metadata(snapshot.slot);
    DAO_FRAME frame = DAO_FRAME_INIT;
    frame.slot = snapshot.slot;
    frame.stable = snapshot.stable ? 1 : 0;
    frame.epoch = snapshot.epoch;
    frame.generation = generation;
    frame.cnt0 = snapshot.counter;
    frame.cnt1 = base::Word<uint64_t>(&metadata.cnt1).load_relaxed();
    frame.cnt2 = base::Word<uint64_t>(&metadata.cnt2).load_relaxed();
    frame.atime_ns = base::Word<int64_t>(&metadata.atime.tsfixed.secondlong).load_relaxed();
    return frame;
}

}
