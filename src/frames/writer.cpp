#include "frames/writer.hpp"

#include "base/copy.hpp"
#include "base/error.hpp"
#include "frames/too_many.hpp"
#include "frames/write_steps.hpp"
#include "segment/given_up.hpp"
#include "segment/notification.hpp"
#include "segment/writer_lock.hpp"

namespace dao::frames
{

using base::copy_shared;
using base::fail;
using base::Word;
using format::Extension;
using protocol::Newest;
using segment::Segment;

namespace
{

Status lock_checked(const Writer &writer, const void *data, uint64_t count) noexcept
{
    const Status status = check_writable(writer, data, 0, count);
    return status != Status::success ? status : segment::lock_for_frame(*writer.segment, *writer.interrupts);
}

// The slice of a rolling buffer to write next. A mark without any frame is of a writer that did not finish its first.
uint64_t next_slice(const Segment &segment) noexcept
{
    const Newest last = segment.slots().newest();
    Extension *extension = segment.extension();
    const bool has_slice =
        last.counter != 0 && (extension == nullptr || Word<uint32_t>(&extension->has_slice).load_relaxed() != 0);
    const uint64_t last_slice = Word<uint64_t>(&segment.metadata(last.slot)->cnt1).load_relaxed();
    return has_slice ? (last_slice + 1) % segment.layout().geometry.size[0] : 0;
}

// Before anything of a frame is called whole: another writer may be at work in the slot.
bool holds_lock(const Writer &writer) noexcept
{
    return writer.segment->extension() == nullptr || segment::has_lock(*writer.segment, *writer.interrupts);
}

Status give_back_lock(Writer &writer) noexcept
{
    const Segment &segment = *writer.segment;
    if (!segment::unlock(segment, *writer.interrupts))
        return fail_lost_lock(segment);
    const Status lost = segment.check_memory();
    return lost != Status::success ? lost : check_name(writer, platform::realtime_coarse_ns());
}

}

Status publish(Writer &writer, const void *data, uint64_t count) noexcept
{
    Segment &segment = *writer.segment;
    if (Status status = lock_checked(writer, data, count); status != Status::success)
        return status;
    const bool is_short = count < segment.element_count();
    const bool is_rest_torn = is_short && !is_last_frame_whole(segment);
    const uint32_t slot = begin_frame(writer);
    copy_shared(segment.slot_data(slot), data, count * segment.element_bytes());
    if (is_rest_torn)
        clear_from(segment, slot, count);
    else if (is_short)
        carry_over(segment, slot, count);
    return finish_frame(writer, slot);
}

Status write_quietly(Writer &writer, const void *data, uint64_t count) noexcept
{
    Segment &segment = *writer.segment;
    if (Status status = lock_checked(writer, data, count); status != Status::success)
        return status;
    const uint64_t bytes = count * segment.element_bytes();
    if (segment.depth() > 1)
    {
        // The data waits, in a slot marked as being written, for finalise().
        const uint32_t slot = begin_frame(writer);
        copy_shared(segment.slot_data(slot), data, bytes);
        carry_over(segment, slot, count);
        if (holds_lock(writer))
            segment::forget_given_up_frame(segment);
    }
    else
    {
        const Segment::Slots slots = segment.slots();
        const bool was_whole = slots.snapshot(0).stable;
        slots.invalidate(0);
        copy_shared(segment.slot_data(0), data, bytes);
        if ((was_whole || count == segment.element_count()) && holds_lock(writer))
        {
            segment::forget_given_up_frame(segment);
            slots.revalidate(0);
        }
    }
    writer.quiet = newest_place(segment);
    return give_back_lock(writer);
}

Status write_slice(Writer &writer, const void *slice, uint64_t count) noexcept
{
    Segment &segment = *writer.segment;
    const format::Geometry &geometry = segment.layout().geometry;
    if (geometry.naxis != 3)
        return fail(DAO_E_SHAPE, "%s: has %u axes; expected a rolling buffer, which has 3", segment.name(),
                    geometry.naxis);
    const uint64_t slice_count = uint64_t{geometry.size[1]} * geometry.size[2];
    if (count > slice_count)
        return fail_too_many(segment, count, "write", "slice", slice_count);
    if (Status status = lock_checked(writer, slice, count); status != Status::success)
        return status;

    const uint64_t index = next_slice(segment);
    const bool are_others_torn = !is_last_frame_whole(segment);
    const uint32_t slot = begin_frame(writer);
    if (are_others_torn)
        clear_from(segment, slot, 0);
    else
        carry_over(segment, slot, 0);
    copy_shared(segment.slot_data(slot) + index * slice_count * segment.element_bytes(), slice,
                count * segment.element_bytes());
    Word<uint64_t>(&segment.metadata(slot)->cnt1).store_relaxed(index);
    if (Extension *extension = segment.extension())
        Word<uint32_t>(&extension->has_slice).store_relaxed(1);
    return finish_frame(writer, slot);
}

Status stamp(Writer &writer) noexcept
{
    Segment &segment = *writer.segment;
    if (Status status = lock_checked(writer, segment.slot_data(0), 0); status != Status::success)
        return status;
    const Segment::Slots slots = segment.slots();
    IMAGE_METADATA &metadata = *segment.metadata(slots.newest().slot);
    // Only a whole frame gets a new counter: otherwise the slot would seem to hold one.
    const bool counts = segment.depth() == 1 && slots.snapshot(0).stable;
    if (counts)
        slots.begin_write(0);
    Word<int64_t>(&metadata.atime.tsfixed.secondlong).store_relaxed(platform::realtime_ns());
    if (counts && holds_lock(writer))
        make_public(segment, 0);
    const Status status = give_back_lock(writer);
    if (counts && segment.extension() != nullptr)
        segment.notifier().notify();
    return status;
}

Status begin_loan(Writer &writer, void *&slot) noexcept
{
    Segment &segment = *writer.segment;
    if (Status status = lock_checked(writer, segment.slot_data(0), 0); status != Status::success)
        return status;
    writer.loan_slot = begin_frame(writer);
    writer.loan_owner = platform::this_process().token;
    slot = segment.slot_data(writer.loan_slot);
    return Status::success;
}

namespace
{

Status end_loan(Writer &writer) noexcept
{
    if (!writer.has_loan())
        return fail(DAO_E_STATE, "%s: cannot end a loan: none is under way; expected one: begin it first",
                    writer.segment->name());
    writer.loan_owner = 0;
    return Status::success;
}

}

Status commit_loan(Writer &writer) noexcept
{
    const Segment &segment = *writer.segment;
    if (end_loan(writer) != Status::success)
        return Status::error;
    const Status name = writer.name_watch.known(segment);
    if (name != Status::success)
        (void)segment::unlock(segment, *writer.interrupts); // nobody would see the frame
    const Status status =
        name == Status::success ? finish_frame(writer, writer.loan_slot) : base::condition(name, segment.name());
    writer.has_frame_id = writer.has_acquisition_time = false; // they were this frame's, also when it is given up
    return status;
}

Status abort_loan(Writer &writer) noexcept
{
    if (end_loan(writer) != Status::success)
        return Status::error;
    if (!writer.segment->is_lost() && holds_lock(writer))
        segment::give_up_frame(*writer.segment);
    return give_back_lock(writer);
}

}
