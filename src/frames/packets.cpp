// Frames that are put together from packets, by several threads perhaps.
#include "frames/writer.hpp"

#include "base/copy.hpp"
#include "base/error.hpp"
#include "frames/write_steps.hpp"
#include "segment/given_up.hpp"
#include "segment/liveness.hpp"
#include "segment/writer_lock.hpp"

namespace dao::frames
{

using base::Word;
using segment::Segment;

namespace
{

void copy_packet(const Segment &segment, uint32_t slot, const Packet &packet) noexcept
{
    base::copy_shared(segment.slot_data(slot) + packet.position * segment.element_bytes(), packet.data,
                      packet.count * segment.element_bytes());
    IMAGE_METADATA &metadata = *segment.metadata(slot);
    Word<uint32_t>(&metadata.lastPos).store_relaxed(static_cast<uint32_t>(packet.position));
    Word<uint32_t>(&metadata.lastNb).store_relaxed(static_cast<uint32_t>(packet.count));
    Word<uint32_t>(&metadata.packetNb).store_relaxed(packet.id);
    Word<uint32_t>(&metadata.packetTotal).store_relaxed(packet.total);
    if (packet.id < DAO_MAX_PACKETS) // programs number packets as they like, and with DAO's newest headers up to 2023
        Word<uint64_t>(&metadata.lastNbArray[packet.id]).store_relaxed(packet.frame_number);
}

// This process is told now; its next frame begins anew.
Status give_up_packets(Segment &segment) noexcept
{
    segment.note_lock_holder(nullptr);
    return fail_lost_lock(segment);
}

}

Status write_packet(Writer &writer, const Packet &packet) noexcept
{
    Segment &segment = *writer.segment;
    if (Status status = check_writable(writer, packet.data, packet.position, packet.count); status != Status::success)
        return status;
    bool joined = false;
    if (Status status = segment::lock_for_packet(segment, *writer.interrupts, joined); status != Status::success)
        return status;
    const uint32_t slot = joined ? segment.slots().next_slot() : begin_frame(writer);
    if (joined)
        segment.slots().begin_write(slot); // marked already; but whoever sees this packet must see that too
    if (segment.extension() == nullptr)
    {
        copy_packet(segment, slot, packet);
        return check_name(writer, platform::realtime_coarse_ns());
    }
    if (!joined)
        segment.note_packets();
    if (!joined && !segment.writer_lock().open_for_packets())
        return give_up_packets(segment);
    copy_packet(segment, slot, packet);
    if (Status lost = segment.check_memory(); lost != Status::success)
        return lost;
    if (!segment.writer_lock().leave_packet())
        return give_up_packets(segment);
    return check_name(writer, platform::realtime_coarse_ns());
}

void note_given_up(Writer &writer) noexcept
{
    const Segment &segment = *writer.segment;
    if (segment.extension() == nullptr || segment.slots().snapshot(segment.slots().next_slot()).stable)
        return;
    const base::ProcessToken holder = segment.writer_lock().holder();
    const bool is_given_up = holder == 0 ? segment::holds_given_up_frame(segment)
                                         : segment::check_liveness(segment, holder) == segment::Liveness::dead;
    if (is_given_up)
        writer.told_given_up = newest_place(segment);
}

namespace
{

// Whether the next slot still holds what was put there to be published. The lock is held.
Status check_next_slot(Writer &writer) noexcept
{
    const Segment &segment = *writer.segment;
    const Place place = newest_place(segment);
    if (segment.depth() > 1 && writer.quiet && writer.quiet != place)
        return base::fail(DAO_E_STATE,
                          "%s: cannot finalise: another writer published into the slot of this image's quiet write; "
                          "expected no frame in between: write it again",
                          segment.name());
    if (!segment::holds_given_up_frame(segment) || (!writer.quiet && writer.told_given_up == place))
        return Status::success;
    writer.told_given_up = place;
    return base::fail(DAO_E_STATE,
                      "%s: cannot finalise: a frame was begun in the next slot and given up; expected it written "
                      "again since",
                      segment.name());
}

}

Status finalise(Writer &writer) noexcept
{
    Segment &segment = *writer.segment;
    if (Status status = check_writable(writer, segment.slot_data(0), 0, 0); status != Status::success)
        return status;
    bool continued = false;
    if (Status status = segment::lock_to_finalise(segment, *writer.interrupts, continued); status != Status::success)
        return status;
    if (!continued && check_next_slot(writer) != Status::success)
    {
        (void)segment::unlock(segment, *writer.interrupts);
        return Status::error;
    }
    return finish_frame(writer, begin_frame(writer));
}

}
