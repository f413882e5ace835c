// Frames that are read where they lie, in shared memory.
#include "frames/reader.hpp"

#include "base/error.hpp"
#include "frames/delivery.hpp"
#include "frames/snapshot.hpp"

namespace dao::frames
{

using base::condition;
using protocol::Newest;
using protocol::Snapshot;
using segment::Segment;

void borrow_slot(Reader &reader, uint32_t slot) noexcept
{
    follow_generation(reader);
    const Segment &segment = *reader.segment;
    reader.frame = describe(segment, segment.slots().snapshot(slot), reader.position.generation);
    reader.lent = reader.frame;
    reader.has_frame = reader.has_lent = true;
}

void borrow_newest(Reader &reader) noexcept
{
    // A frame that is just being finished is waited for briefly; one that takes longer is lent as it is, and
    // check_frame() says so.
    constexpr int tries = 100;
    reader.checked_at_ns = platform::realtime_coarse_ns();
    for (int attempt = 0; attempt < tries; ++attempt)
    {
        const Newest newest = reader.segment->slots().newest();
        borrow_slot(reader, newest.slot);
        if (reader.frame.stable != 0 && reader.frame.cnt0 == newest.counter)
            break;
        platform::pause();
    }
    deliver(reader, reader.frame.cnt0);
}

namespace
{

// Borrows frame `wanted`, or the newest when that is out of reach or going. False when the segment was reused meanwhile.
bool borrow_in_order(Reader &reader, const Newest &newest, uint64_t wanted) noexcept
{
    const Segment::Slots slots = reader.segment->slots();
    const uint32_t generation = reader.position.generation;
    bool lapped = !slots.in_reach(newest, wanted);
    if (!lapped)
    {
        borrow_slot(reader, slots.slot_of(newest, wanted));
        lapped = reader.frame.stable == 0 || reader.frame.cnt0 != wanted;
    }
    if (lapped)
        borrow_newest(reader);
    else
        deliver(reader, wanted);
    return reader.position.generation == generation;
}

}

Status borrow_next(Reader &reader) noexcept
{
    constexpr int tries = 100; // another program may reuse it again and again
    const Segment &segment = *reader.segment;
    Position &position = reader.position;
    if (Status status = check_name_in_order(reader, newest_known(reader)); status != Status::success)
        return condition(status, segment.name());
    for (int attempt = 0; attempt < tries; ++attempt)
    {
        const Newest newest = newest_known(reader);
        if (newest.counter <= position.tail)
            break;
        const uint64_t wanted = position.tail + 1;
        if (!borrow_in_order(reader, newest, wanted))
            continue; // in order, the first frame of the new generation comes next
        position.tail = reader.frame.cnt0;
        position.tail_slot = reader.frame.slot;
        return position.tail != wanted ? condition(Status::overwrite, segment.name()) : Status::success;
    }
    return without_frame(segment, Status::not_ready);
}

Status describe_slot(const Reader &reader, uint32_t slot, DAO_FRAME &frame) noexcept
{
    constexpr int tries = 100;
    const Segment &segment = *reader.segment;
    for (int attempt = 0; attempt < tries; ++attempt)
    {
        const uint32_t generation = segment.generation();
        const Snapshot snapshot = segment.slots().snapshot(slot);
        frame = describe(segment, snapshot, generation);
        if (snapshot.stable && snapshot.counter == 0)
            break;
        if (snapshot.stable && segment.slots().still_whole(snapshot) && segment.generation() == generation)
            return Status::success;
        platform::pause();
    }
    return without_frame(segment, Status::not_ready);
}

Status describe_newest(const Reader &reader, DAO_FRAME &frame) noexcept
{
    return describe_slot(reader, reader.segment->slots().newest().slot, frame);
}

Status check_frame(const Reader &reader, const DAO_FRAME &frame) noexcept
{
    const Segment &segment = *reader.segment;
    if (frame.slot >= segment.depth())
        return base::fail(DAO_E_ARGUMENT, "%s: the frame lies in slot %u; expected one below the depth, %u",
                          segment.name(), frame.slot, segment.depth());
    const bool whole = segment.slots().still_whole(snapshot_of(frame)) && !segment.is_lost() && !segment.is_cut();
    return whole ? Status::success : without_frame(segment, Status::overwrite);
}

}
