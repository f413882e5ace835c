#include "frames/write_steps.hpp"

#include "base/copy.hpp"
#include "base/error.hpp"
#include "segment/notification.hpp"
#include "segment/writer_lock.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstdio>

namespace dao::frames
{

using base::fail;
using base::Word;
using format::Extension;
using segment::Segment;

namespace
{

Status fail_beyond(const Segment &segment, uint64_t position, uint64_t count) noexcept
{
    if (Status name = segment::check_name_now(segment); name != Status::success)
        return name;
    return fail(DAO_E_RANGE, "%s: %" PRIu64 " elements to write at %" PRIu64 "; expected at most the frame's %" PRIu64,
                segment.name(), count, position, segment.element_count());
}

}

Status check_writable(const Writer &writer, const void *data, uint64_t position, uint64_t count) noexcept
{
    const Segment &segment = *writer.segment;
    if (data == nullptr)
        return base::fail_null(segment.name(), "data");
    if (count > segment.element_count() || position > segment.element_count() - count)
        return fail_beyond(segment, position, count);
    if (segment.read_only())
        return base::fail_read_only(segment.name(), "write");
    if (writer.has_loan())
        return fail(DAO_E_STATE, "%s: cannot write: a loan is under way; expected its commit or abort first",
                    segment.name());
    return base::condition(writer.name_watch.known(segment), segment.name());
}

namespace
{

// What programs may set for the frame that this handle publishes next, in the slot that it will lie in.
struct NextFields
{
    explicit NextFields(IMAGE_METADATA &metadata) noexcept
        : slice(&metadata.cnt1), frame_id(&metadata.cnt2), time_ns(&metadata.atime.tsfixed.secondlong)
    {
    }

    Word<uint64_t> slice;
    Word<uint64_t> frame_id;
    Word<int64_t> time_ns;
};

uint64_t counter_in(IMAGE_METADATA &metadata) noexcept
{
    return Word<uint64_t>(&metadata.cnt0).load_relaxed();
}

SlotNote note_of(IMAGE_METADATA &metadata) noexcept
{
    const NextFields fields(metadata);
    return {counter_in(metadata), fields.slice.load_relaxed(), fields.frame_id.load_relaxed(),
            fields.time_ns.load_relaxed()};
}

// Whether a difference from the note is a program's change: not when another writer's frame lies there.
bool is_foreseen(const Writer &writer, IMAGE_METADATA &metadata, const SlotNote &note) noexcept
{
    return counter_in(metadata) == note.counter && writer.segment->generation() == writer.foreseen.generation;
}

// What a program set stays; else the counter goes on from the last frame. A program that sets it for each frame may set the value
// that was there already, which looks as if it had not set it: with a flag that happens in many slots.
void carry_over(uint64_t foreseen, Sets &sets, uint32_t depth, const Word<uint64_t> &last,
                const Word<uint64_t> &next) noexcept
{
    constexpr unsigned always = 2;
    const bool is_set = next.load_relaxed() != foreseen;
    if (is_set)
        sets = {std::min(sets.count + 1, always), 0};
    if (is_set || sets.count == always)
        return;
    if (++sets.frames_since > 2 * depth)
        sets.count = 0;
    next.store_relaxed(last.load_relaxed());
}

void carry_over_counters(Writer &writer, uint32_t slot) noexcept
{
    const Segment &segment = *writer.segment;
    Foreseen &foreseen = writer.foreseen;
    IMAGE_METADATA &metadata = *segment.metadata(slot);
    const SlotNote &note = foreseen.of(slot);
    const bool is_known = is_foreseen(writer, metadata, note);
    if (!is_known)
        foreseen.slices = foreseen.ids = {};
    const NextFields last(*segment.metadata(segment.slots().newest().slot));
    const NextFields next(metadata);
    const uint32_t depth = segment.depth();
    carry_over(is_known ? note.slice : next.slice.load_relaxed(), foreseen.slices, depth, last.slice, next.slice);
    carry_over(is_known ? note.frame_id : next.frame_id.load_relaxed(), foreseen.ids, depth, last.frame_id,
               next.frame_id);
}

// A frame that was given up leaves the time 0.
[[gnu::noinline]] bool is_time_set(const Writer &writer, uint32_t slot) noexcept
{
    IMAGE_METADATA &metadata = *writer.segment->metadata(slot);
    const SlotNote &note = writer.foreseen.of(slot);
    const int64_t time_ns = NextFields(metadata).time_ns.load_relaxed();
    return time_ns != 0 && time_ns != note.time_ns && is_foreseen(writer, metadata, note);
}

// Without memory for the notes, changes of programs are seen in the next slot alone.
[[gnu::noinline]] void make_room(Foreseen &foreseen, uint32_t depth) noexcept
{
    try
    {
        foreseen.slots.resize(depth);
    }
    catch (const std::exception &)
    {
    }
}

// Notes what this handle's frame left in the slot.
void remember(Foreseen &foreseen, const Segment &segment, uint32_t slot) noexcept
{
    if (foreseen.generation != segment.generation())
        foreseen.slots.clear();
    if (foreseen.slots.empty())
        make_room(foreseen, segment.depth());
    if (slot < foreseen.slots.size())
        foreseen.slots[slot] = note_of(*segment.metadata(slot));
}

}

void foresee(Writer &writer) noexcept
{
    const Segment &segment = *writer.segment;
    if (segment.depth() == 1)
        return;
    writer.foreseen.generation = segment.generation();
    writer.foreseen.next_slot = segment.slots().next_slot();
    writer.foreseen.next = note_of(*segment.metadata(writer.foreseen.next_slot));
}

uint32_t begin_frame(Writer &writer) noexcept
{
    const Segment &segment = *writer.segment;
    const Segment::Slots slots = segment.slots();
    const uint32_t slot = slots.next_slot();
    // A slot that was begun already, by packets or a quiet write, has the frame's counters.
    const bool is_begun = !slots.snapshot(slot).stable;
    writer.quiet.reset();
    slots.begin_write(slot);
    if (segment.depth() > 1 && !is_begun)
        carry_over_counters(writer, slot);
    return slot;
}

void clear_from(const Segment &segment, uint32_t slot, uint64_t from) noexcept
{
    const uint64_t offset = from * segment.element_bytes();
    base::clear_shared(segment.slot_data(slot) + offset, segment.layout().slot_bytes - offset);
}

void carry_over(const Segment &segment, uint32_t slot, uint64_t from) noexcept
{
    const uint32_t last = segment.slots().newest().slot;
    const uint64_t offset = from * segment.element_bytes();
    if (last != slot && offset < segment.layout().slot_bytes)
        base::copy_shared(segment.slot_data(slot) + offset, segment.slot_data(last) + offset,
                          segment.layout().slot_bytes - offset);
}

Status fail_lost_lock(const Segment &segment) noexcept
{
    // Another program may have made the file again in place, and the lock's word with it.
    if (Status name = segment.query_name(); name != Status::success)
        return base::condition(name, segment.name());
    const base::ProcessToken holder = segment.writer_lock().holder();
    char who[32] = "";
    if (holder != 0 && holder != segment.self())
        std::snprintf(who, sizeof who, " by process %u", base::token_pid(holder));
    else if (holder != 0)
        std::snprintf(who, sizeof who, " by another handle");
    return fail(DAO_E_STATE,
                "%s: frame given up: the writer lock was taken away%s while this process wrote; expected to hold it "
                "until the end",
                segment.name(), who);
}

namespace
{

// For the next frame. Not inlined: a publish with one slot does not need it, and would carry the registers that it takes.
[[gnu::noinline]] void note_slots(Writer &writer, uint32_t slot) noexcept
{
    remember(writer.foreseen, *writer.segment, slot);
    foresee(writer);
}

// What remains of W7 before the notification, for whoever waits by semaphores; ends with the lock released.
void post_and_unlock(const Segment &segment, const Segment::Lock &lock) noexcept
{
    segment.semaphores().post_all(((1u << segment.semaphore_limit()) - 1) |
                                  protocol::semaphore_bit(protocol::log_semaphore));
    const Word<uint64_t> last_writer(&segment.extension()->last_writer);
    if (last_writer.load_relaxed() != lock.self())
        last_writer.store_relaxed(lock.self());
    (void)lock.release();
}

}

Status finish_frame(Writer &writer, uint32_t slot) noexcept
{
    Segment &segment = *writer.segment;
    Extension *extension = segment.extension();
    // If the memory is lost, the data may lie in zero pages that only this process has, while others still see the counters.
    if (Status lost = segment.check_memory(); lost != Status::success)
        return lost;
    IMAGE_METADATA &metadata = *segment.metadata(slot);
    // No clock is read before the frame is public when the caller gave the time.
    const bool has_time = writer.has_acquisition_time || (segment.depth() > 1 && is_time_set(writer, slot));
    int64_t now_ns = has_time ? 0 : platform::realtime_ns();
    // As late as possible: if the lock is taken away after this check, the following stores go into the next holder's frame.
    if (extension != nullptr && !segment::has_lock(segment, *writer.interrupts))
        return fail_lost_lock(segment);
    if (!has_time || writer.has_acquisition_time)
        Word<int64_t>(&metadata.atime.tsfixed.secondlong).store_relaxed(has_time ? writer.acquisition_time_ns : now_ns);
    if (writer.has_frame_id)
        Word<uint64_t>(&metadata.cnt2).store_relaxed(writer.frame_id);

    make_public(segment, slot);
    // Before the lock is released: threads that put the next frame together read and write these, too.
    writer.has_acquisition_time = false;
    writer.has_frame_id = false;
    if (segment.depth() > 1)
        note_slots(writer, slot);
    if (extension != nullptr)
        post_and_unlock(segment, segment.writer_lock());
    segment::notify_waiters(segment);

    // W8: what nobody waits for.
    if (has_time)
        now_ns = platform::realtime_coarse_ns();
    Word<double>(&metadata.last_access).store_relaxed(static_cast<double>(now_ns) * 1e-9);
    return check_name(writer, now_ns);
}

Status check_name(Writer &writer, int64_t now_ns) noexcept
{
    return base::condition(writer.name_watch.check(*writer.segment, now_ns), writer.segment->name());
}

}
