#include "frames/reader.hpp"

#include "base/copy.hpp"
#include "base/error.hpp"
#include "frames/delivery.hpp"
#include "frames/patience.hpp"
#include "frames/snapshot.hpp"
#include "frames/too_many.hpp"

#include <algorithm>

namespace dao::frames
{

using base::condition;
using base::fail;
using protocol::Newest;
using protocol::Snapshot;
using segment::Segment;

namespace
{

constexpr uint64_t check_interval_bytes = 65536; // a copy that is lost already is not worth finishing

// R2: copies, checking now and then whether it still makes sense. False when the frame was lost on the way.
bool copy_slot(const Segment &segment, const Snapshot &snapshot, void *destination, uint64_t bytes) noexcept
{
    const Segment::Slots slots = segment.slots();
    const unsigned char *from = segment.slot_data(snapshot.slot);
    auto *to = static_cast<unsigned char *>(destination);
    for (uint64_t done = 0; done < bytes;)
    {
        const uint64_t count = std::min(bytes - done, check_interval_bytes);
        base::copy_shared(to + done, from + done, count);
        done += count;
        if (done < bytes && !slots.still_whole(snapshot))
            return false;
    }
    return true;
}

// Copies and describes the frame of counter `wanted` from its slot: all of that frame, or false. `stable` tells why not: a whole
// frame is there, that one or, overwritten meanwhile, a later one. An earlier one is there where a program's count skipped some.
bool read_slot(const Reader &reader, uint32_t slot, uint64_t wanted, void *destination, uint64_t bytes, bool &stable,
               DAO_FRAME &frame) noexcept
{
    const Segment &segment = *reader.segment;
    const Snapshot snapshot = segment.slots().snapshot(slot);
    stable = snapshot.stable && snapshot.counter >= wanted;
    if (!stable || snapshot.counter != wanted || segment.generation() != reader.position.generation ||
        !copy_slot(segment, snapshot, destination, bytes))
        return false;
    const DAO_FRAME found = describe(segment, snapshot, reader.position.generation);
    // Whatever a truncation had changed in what was read, it changed before the memory was lost.
    if (!segment.slots().still_whole(snapshot) || segment.is_lost() || segment.is_cut())
        return false;
    frame = found;
    return true;
}

}

Status check_readable(const Segment &segment, const void *destination, uint64_t count) noexcept
{
    if (destination == nullptr)
        return base::fail_null(segment.name(), "destination");
    if (count > segment.element_count())
        return fail_too_many(segment, count, "read", "frame", segment.element_count());
    return Status::success;
}

Status check_name(Reader &reader) noexcept
{
    reader.checked_at_ns = platform::realtime_coarse_ns();
    return reader.name_watch.check(*reader.segment, reader.checked_at_ns);
}

Status check_name_in_order(Reader &reader, const Newest &newest) noexcept
{
    const Status status = check_name(reader);
    note_end(reader.position, status, newest.counter);
    return reader.position.tail < reader.position.end ? Status::success : status;
}

void attach(Reader &reader, Segment &segment) noexcept
{
    reader.segment = &segment;
    reader.has_frame = reader.has_lent = reader.has_post = false;
    reader.rhythm = wait::Rhythm{};
    reader.name_watch = segment::NameWatch{};
    reader.cancellation.forget_name();
    reader.position = Position{};
    reader.passed_over.prepare(segment.depth());
    rewind(reader);
}

void detach(Reader &reader) noexcept
{
    segment::release_claim(*reader.segment, reader.claim);
    segment::leave_readers(*reader.segment, reader.place);
    reader.segment = nullptr;
}

Newest newest_known(Reader &reader) noexcept
{
    constexpr int tries = 100; // another program may go on altering the word
    Newest newest{};
    for (int attempt = 0; attempt < tries; ++attempt)
    {
        follow_generation(reader);
        newest = reader.segment->slots().newest();
        if (reader.segment->generation() == reader.position.generation)
            break;
    }
    return newest;
}

void reset_tail(Reader &reader) noexcept
{
    const Newest newest = newest_known(reader);
    Position &position = reader.position;
    position.tail = newest.counter;
    position.tail_slot = newest.slot;
    position.seen = newest.counter;
    position.last_read = newest.counter;
    position.has_begun = false;
    reader.passed_over.forget();
    position.restarted = false;
}

void rewind(Reader &reader) noexcept
{
    Position fresh;
    fresh.generation = reader.segment->generation();
    fresh.tail_slot = reader.segment->depth() - 1;
    fresh.missed = reader.position.missed;
    reader.position = fresh;
    reader.passed_over.forget();
}

bool follow_generation(Reader &reader) noexcept
{
    Position &position = reader.position;
    const bool is_reused = reader.segment->generation() != position.generation;
    const uint64_t newest = reader.segment->slots().newest().counter;
    // `seen` may come from `published`, which is one frame ahead where another program altered it: that alone is no step back.
    const bool went_back = protocol::went_back(std::max(position.tail, position.last_read), newest) ||
                           protocol::went_back(position.seen - std::min<uint64_t>(position.seen, 1), newest);
    if (!is_reused && !went_back)
        return false;
    const bool has_begun = position.has_begun;
    rewind(reader);
    reader.has_post = false;
    position.restarted = true;
    // Frames of a segment that is used again are counted from the first; where counters were set back, from there.
    position.has_begun = has_begun;
    position.delivered = is_reused ? 0 : newest;
    return true;
}

uint64_t newest_counter(Reader &reader) noexcept
{
    const uint64_t counter = newest_known(reader).counter;
    reader.position.restarted = false;
    return counter;
}

Status read_newest(Reader &reader, void *destination, uint64_t count, int64_t until_ns) noexcept
{
    const Segment &segment = *reader.segment;
    if (Status status = check_readable(segment, destination, count); status != Status::success)
        return status;
    if (Status status = check_name(reader); status != Status::success)
        return condition(status, segment.name());
    Patience patience(segment, until_ns);
    for (;;)
    {
        follow_generation(reader);
        const Newest newest = segment.slots().newest();
        bool stable = false;
        if (read_slot(reader, newest.slot, newest.counter, destination, count * segment.element_bytes(), stable,
                      reader.frame))
        {
            reader.has_frame = true;
            deliver(reader, newest.counter);
            return Status::success;
        }
        if (!patience.try_again(stable, newest.counter))
            return without_frame(segment, patience.result());
    }
}

Status read_next(Reader &reader, void *destination, uint64_t count, uint64_t &missed, int64_t until_ns) noexcept
{
    const Segment &segment = *reader.segment;
    missed = 0;
    if (Status status = check_readable(segment, destination, count); status != Status::success)
        return status;
    const Segment::Slots slots = segment.slots();
    follow_generation(reader);
    if (Status status = check_name_in_order(reader, slots.newest()); status != Status::success)
        return condition(status, segment.name());
    Patience patience(segment, until_ns);
    uint64_t failed = 0;
    for (;;)
    {
        if (follow_generation(reader))
            failed = 0; // was of the generation before
        Position &position = reader.position;
        const Newest newest = slots.newest();
        if (newest.counter <= position.tail)
            return without_frame(segment, Status::not_ready);
        const uint64_t wanted = slots.next_in_order(newest, position.tail, failed);
        const uint32_t slot = slots.slot_of(newest, wanted);
        bool stable = false;
        if (read_slot(reader, slot, wanted, destination, count * segment.element_bytes(), stable, reader.frame))
        {
            missed = wanted - position.tail - 1;
            position.tail = wanted;
            position.tail_slot = slot;
            reader.has_frame = true;
            deliver(reader, wanted);
            return missed == 0 ? Status::success : condition(Status::overwrite, segment.name());
        }
        failed = wanted;
        if (!patience.try_again(stable, newest.counter))
            return without_frame(segment, patience.result());
    }
}

namespace
{

Status check_frame_count(const Segment &segment, const void *destination, uint32_t frame_count) noexcept
{
    if (Status status = check_readable(segment, destination, 0); status != Status::success)
        return status;
    if (frame_count != 0 && frame_count <= segment.depth())
        return Status::success;
    if (Status name = segment::check_name_now(segment); name != Status::success)
        return name;
    return fail(DAO_E_RANGE, "%s: the last %u frames to read; expected 1 to its depth, %u", segment.name(), frame_count,
                segment.depth());
}

}

Status read_last(Reader &reader, void *destination, uint32_t frame_count, uint64_t &first_counter) noexcept
{
    const Segment &segment = *reader.segment;
    if (Status status = check_frame_count(segment, destination, frame_count); status != Status::success)
        return status;
    if (Status status = check_name(reader); status != Status::success)
        return condition(status, segment.name());
    const Segment::Slots slots = segment.slots();
    Patience patience(segment);
    DAO_FRAME frame;
    for (;;)
    {
        follow_generation(reader);
        const Newest newest = slots.newest();
        if (newest.counter < frame_count)
            return without_frame(segment, Status::not_ready);
        const uint64_t first = newest.counter - frame_count + 1;
        uint32_t done = 0; // the newest may have the largest number
        bool stable = false;
        for (auto *to = static_cast<unsigned char *>(destination); done < frame_count; ++done)
        {
            const uint64_t counter = first + done;
            if (!read_slot(reader, slots.slot_of(newest, counter), counter, to, segment.layout().slot_bytes, stable,
                           frame))
                break;
            to += segment.layout().slot_bytes;
        }
        if (done == frame_count)
        {
            first_counter = first;
            reader.frame = frame; // the newest
            reader.has_frame = true;
            deliver(reader, first, newest.counter);
            return Status::success;
        }
        if (!patience.try_again(stable, newest.counter))
            return without_frame(segment, patience.result());
    }
}

}
