#include "segment/writer.hpp"

#include "base/copy.hpp"
#include "base/error.hpp"
#include "segment/keywords.hpp"
#include "segment/writer_turn.hpp"

#include <cinttypes>

namespace dao::segment
{

using base::copy_shared;
using base::fail;
using base::Word;
using format::Extension;

namespace
{

// The next slot, announced (W1), with the counters that go on from frame to frame.
uint32_t begin_frame(const Segment &segment) noexcept
{
    const Segment::Ring ring = segment.ring();
    const uint32_t slot = ring.next_slot();
    ring.announce(slot);
    if (segment.depth() > 1)
    {
        IMAGE_METADATA &last = *segment.metadata(ring.newest().slot);
        IMAGE_METADATA &next = *segment.metadata(slot);
        Word<uint64_t>(&next.cnt1).store_relaxed(Word<uint64_t>(&last.cnt1).load_relaxed());
        Word<uint64_t>(&next.cnt2).store_relaxed(Word<uint64_t>(&last.cnt2).load_relaxed());
    }
    return slot;
}

// What a shorter write leaves is the last frame's content, from element `from` on.
void carry_over(const Segment &segment, uint32_t slot, uint64_t from) noexcept
{
    const uint32_t last = segment.ring().newest().slot;
    const uint64_t offset = from * segment.element_bytes();
    if (last != slot && offset < segment.layout().slot_bytes)
        copy_shared(segment.slot_data(slot) + offset, segment.slot_data(last) + offset,
                    segment.layout().slot_bytes - offset);
}

// The slice of a rolling buffer to write next.
uint64_t next_slice(const Segment &segment) noexcept
{
    const ring::Newest last = segment.ring().newest();
    bool has_slice = last.counter != 0;
    if (Extension *extension = segment.extension())
    {
        const Word<uint32_t> mark(&extension->has_slice);
        has_slice = mark.load_relaxed() != 0;
        mark.store_relaxed(1);
    }
    const uint64_t last_slice = Word<uint64_t>(&segment.metadata(last.slot)->cnt1).load_relaxed();
    return has_slice ? (last_slice + 1) % segment.layout().geometry.size[0] : 0;
}

}

Status publish(Handle &handle, const void *data, uint64_t count) noexcept
{
    Segment &segment = *handle.segment;
    if (check_writable(handle, data, 0, count) != Status::success || take_turn(segment) != Status::success)
        return Status::error;
    const uint32_t slot = begin_frame(segment);
    copy_shared(segment.slot_data(slot), data, count * segment.element_bytes());
    if (count < segment.element_count())
        carry_over(segment, slot, count);
    return finish_frame(handle, slot);
}

Status write_quietly(Handle &handle, const void *data, uint64_t count) noexcept
{
    Segment &segment = *handle.segment;
    if (check_writable(handle, data, 0, count) != Status::success || take_turn(segment) != Status::success)
        return Status::error;
    const uint64_t bytes = count * segment.element_bytes();
    if (segment.depth() > 1)
    {
        // The data waits, announced, for finalise().
        const uint32_t slot = begin_frame(segment);
        copy_shared(segment.slot_data(slot), data, bytes);
        carry_over(segment, slot, count);
    }
    else
    {
        const Segment::Ring ring = segment.ring();
        const bool was_whole = ring.claim(0).written;
        ring.disturb(0);
        copy_shared(segment.slot_data(0), data, bytes);
        if (was_whole || count == segment.element_count())
            ring.settle(0);
    }
    end_turn(segment);
    return segment.check_memory();
}

Status write_packet(Handle &handle, const Packet &packet) noexcept
{
    Segment &segment = *handle.segment;
    if (check_writable(handle, packet.data, packet.position, packet.count) != Status::success)
        return Status::error;
    if (packet.id >= DAO_MAX_PACKETS || packet.id >= packet.total)
        return fail(DAO_E_RANGE, "%s: packet %u of %u; expected a number below %u and below the packets per frame",
                    segment.name(), packet.id, packet.total, DAO_MAX_PACKETS);
    bool joined = false;
    if (take_packet_turn(segment, joined) != Status::success)
        return Status::error;
    const uint32_t slot = joined ? segment.ring().next_slot() : begin_frame(segment);
    if (joined)
        segment.ring().announce(slot); // announced already; but whoever sees this packet must see that too
    if (!joined && segment.extension() != nullptr)
        segment.writer_lock().open_for_packets();

    copy_shared(segment.slot_data(slot) + packet.position * segment.element_bytes(), packet.data,
                packet.count * segment.element_bytes());
    IMAGE_METADATA &metadata = *segment.metadata(slot);
    Word<uint32_t>(&metadata.lastPos).store_relaxed(static_cast<uint32_t>(packet.position));
    Word<uint32_t>(&metadata.lastNb).store_relaxed(static_cast<uint32_t>(packet.count));
    Word<uint32_t>(&metadata.packetNb).store_relaxed(packet.id);
    Word<uint32_t>(&metadata.packetTotal).store_relaxed(packet.total);
    Word<uint64_t>(&metadata.lastNbArray[packet.id]).store_relaxed(packet.frame_number);
    if (Status lost = segment.check_memory(); lost != Status::success)
        return lost;
    if (segment.extension() != nullptr)
        segment.writer_lock().leave_packet();
    return Status::success;
}

Status finalise(Handle &handle) noexcept
{
    Segment &segment = *handle.segment;
    if (check_writable(handle, segment.slot_data(0), 0, 0) != Status::success || take_turn(segment) != Status::success)
        return Status::error;
    return finish_frame(handle, begin_frame(segment));
}

Status write_slice(Handle &handle, const void *slice, uint64_t count) noexcept
{
    Segment &segment = *handle.segment;
    const format::Geometry &geometry = segment.layout().geometry;
    if (geometry.naxis != 3)
        return fail(DAO_E_SHAPE, "%s: has %u axes; expected a rolling buffer, which has 3", segment.name(),
                    geometry.naxis);
    const uint64_t slice_count = uint64_t{geometry.size[1]} * geometry.size[2];
    if (count > slice_count)
        return fail(DAO_E_RANGE, "%s: %" PRIu64 " elements; expected at most the slice's %" PRIu64, segment.name(),
                    count, slice_count);
    if (check_writable(handle, slice, 0, count) != Status::success || take_turn(segment) != Status::success)
        return Status::error;

    const uint64_t index = next_slice(segment);
    const uint32_t slot = begin_frame(segment);
    carry_over(segment, slot, 0);
    copy_shared(segment.slot_data(slot) + index * slice_count * segment.element_bytes(), slice,
                count * segment.element_bytes());
    Word<uint64_t>(&segment.metadata(slot)->cnt1).store_relaxed(index);
    return finish_frame(handle, slot);
}

Status stamp(Handle &handle) noexcept
{
    Segment &segment = *handle.segment;
    if (check_writable(handle, segment.slot_data(0), 0, 0) != Status::success || take_turn(segment) != Status::success)
        return Status::error;
    const Segment::Ring ring = segment.ring();
    IMAGE_METADATA &metadata = *segment.metadata(ring.newest().slot);
    // A slot that holds no whole frame must not become one by being counted.
    const bool counts = segment.depth() == 1 && ring.claim(0).written;
    if (counts)
        ring.announce(0);
    Word<int64_t>(&metadata.atime.tsfixed.secondlong).store_relaxed(platform::realtime_ns());
    if (counts)
    {
        const uint64_t counter = ring.commit(0);
        if (segment.extension() != nullptr)
            segment.published().store_release(counter);
    }
    end_turn(segment);
    if (Status lost = segment.check_memory(); lost != Status::success)
        return lost;
    if (counts && segment.extension() != nullptr)
        segment.doorbell().ring();
    return Status::success;
}

Status begin_loan(Handle &handle, void *&slot) noexcept
{
    Segment &segment = *handle.segment;
    if (check_writable(handle, segment.slot_data(0), 0, 0) != Status::success || take_turn(segment) != Status::success)
        return Status::error;
    handle.loan_slot = begin_frame(segment);
    handle.loan_owner = platform::this_process().token;
    slot = segment.slot_data(handle.loan_slot);
    return Status::success;
}

namespace
{

Status end_loan(Handle &handle) noexcept
{
    if (!handle.has_loan())
        return fail(DAO_E_STATE, "%s: no loan is under way; begin one first", handle.segment->name());
    handle.loan_owner = 0;
    return Status::success;
}

}

Status commit_loan(Handle &handle) noexcept
{
    if (end_loan(handle) != Status::success)
        return Status::error;
    return finish_frame(handle, handle.loan_slot);
}

Status abort_loan(Handle &handle) noexcept
{
    if (end_loan(handle) != Status::success)
        return Status::error;
    end_turn(*handle.segment);
    return Status::success;
}

Status restart(Handle &handle, bool named_semaphores) noexcept
{
    Segment &segment = *handle.segment;
    if (take_turn(segment) != Status::success)
        return Status::error;
    clear_segment(segment);
    const Word<uint32_t> flags(&segment.extension()->flags);
    if (named_semaphores)
        flags.fetch_or_release(format::flag_named_semaphores);
    end_turn(segment);
    segment.doorbell().ring();
    return clear_keywords(handle);
}

Status post(Handle &handle, uint32_t semaphore) noexcept
{
    Segment &segment = *handle.segment;
    if (segment.read_only())
        return fail(DAO_E_READ_ONLY, "%s: open for reading only", segment.name());
    if (semaphore != wait::log_semaphore && semaphore >= segment.semaphore_limit())
        return fail(DAO_E_SEMAPHORE, "%s: no semaphore %u; expected 0 to %d", segment.name(), semaphore,
                    segment.semaphore_limit() - 1);
    if (platform::NamedSemaphore &named = segment.named_semaphore(semaphore); named.is_open())
        named.post();
    if (segment.extension() == nullptr)
        return Status::success;
    segment.semaphores().post(semaphore);
    segment.doorbell().ring();
    return Status::success;
}

Status post_all(Handle &handle) noexcept
{
    for (uint32_t number = 0; number < handle.segment->semaphore_limit(); ++number)
        if (post(handle, number) != Status::success)
            return Status::error;
    return Status::success;
}

}
