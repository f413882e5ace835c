#include "segment/reader.hpp"

#include "base/copy.hpp"
#include "base/error.hpp"
#include "segment/readers.hpp"

#include <algorithm>
#include <cinttypes>

namespace dao::segment
{

using base::condition;
using base::fail;
using base::Word;

namespace
{

constexpr int64_t patience_ns = 100'000'000;       // with a writer that is always faster, or never done
constexpr int64_t short_patience_ns = 2'000'000;   // with a slot whose writer may be dead
constexpr uint64_t check_interval_bytes = 65536;   // a copy that is lost already is not worth finishing

// R2: copies, looking now and then whether it still makes sense. True when everything copied was that one frame.
bool copy_claimed(const Segment &segment, const ring::Claim &claim, void *destination, uint64_t bytes) noexcept
{
    const Segment::Ring ring = segment.ring();
    const unsigned char *from = segment.slot_data(claim.slot);
    auto *to = static_cast<unsigned char *>(destination);
    for (uint64_t done = 0; done < bytes;)
    {
        const uint64_t count = std::min(bytes - done, check_interval_bytes);
        base::copy_shared(to + done, from + done, count);
        done += count;
        if (done < bytes && !ring.still_whole(claim))
            return false;
    }
    return true;
}

DAO_FRAME describe(const Segment &segment, const ring::Claim &claim, uint32_t generation) noexcept
{
    IMAGE_METADATA &metadata = *segment.metadata(claim.slot);
    DAO_FRAME frame;
    frame.cnt0 = claim.counter;
    frame.cnt1 = Word<uint64_t>(&metadata.cnt1).load_relaxed();
    frame.cnt2 = Word<uint64_t>(&metadata.cnt2).load_relaxed();
    frame.atime_ns = Word<int64_t>(&metadata.atime.tsfixed.secondlong).load_relaxed();
    frame.slot = claim.slot;
    frame.generation = generation;
    return frame;
}

// R3, and the memory was still the segment's: whatever a truncation had changed in what was read, it changed before.
bool still_whole(const Segment &segment, const ring::Claim &claim) noexcept
{
    return segment.ring().still_whole(claim) && !segment.is_lost();
}

// The copy and the description are both of the claimed frame, or false.
bool read_claimed(Handle &handle, const ring::Claim &claim, void *destination, uint64_t bytes) noexcept
{
    const Segment &segment = *handle.segment;
    if (!copy_claimed(segment, claim, destination, bytes))
        return false;
    const DAO_FRAME frame = describe(segment, claim, handle.position.generation);
    if (!still_whole(segment, claim))
        return false;
    handle.frame = frame;
    handle.has_frame = true;
    handle.handed = claim;
    return true;
}

void deliver(Handle &handle, uint64_t counter) noexcept
{
    Position &position = handle.position;
    if (position.delivered != 0 && counter > position.delivered + 1)
        position.missed += counter - position.delivered - 1;
    position.delivered = counter;
    position.seen = std::max(position.seen, counter);
    position.restarted = false;
    note_reader(handle);
}

// What a read without a frame ends with: lost memory may look like a segment that has none.
Status without_frame(const Segment &segment, Status status) noexcept
{
    const Status lost = segment.check_memory();
    return lost != Status::success ? lost : condition(status, segment.name());
}

// How long a reader keeps trying. Looks at the clock only when it has to wait.
class Patience
{
  public:
    explicit Patience(const Segment &segment) noexcept : segment_(segment) {}

    // A claim that did not lead to a whole frame. False when it is time to give up.
    bool try_again(bool was_written) noexcept
    {
        if (segment_.is_lost())
            return false;
        platform::pause();
        gone_ = was_written;
        if (++tries_ % 16 != 0)
            return true;
        const int64_t now_ns = platform::monotonic_ns();
        if (start_ns_ == 0)
            start_ns_ = now_ns;
        const int64_t waited_ns = now_ns - start_ns_;
        if (!was_written && waited_ns > short_patience_ns && writer_is_gone())
            return false;
        return waited_ns < patience_ns;
    }

    Status result() const noexcept
    {
        return without_frame(segment_, gone_ ? Status::overwrite : Status::not_ready);
    }

  private:
    bool writer_is_gone() const noexcept
    {
        if (segment_.extension() == nullptr)
            return false;
        const base::ProcessToken holder = segment_.writer_lock().holder();
        return holder == 0 || !segment_.liveness()(holder);
    }

    const Segment &segment_;
    unsigned tries_ = 0;
    int64_t start_ns_ = 0;
    bool gone_ = false;
};

Status check_readable(const Segment &segment, const void *destination, uint64_t count) noexcept
{
    if (destination == nullptr)
        return fail(DAO_E_ARGUMENT, "%s: the destination is a null pointer", segment.name());
    if (count > segment.element_count())
        return fail(DAO_E_RANGE, "%s: %" PRIu64 " elements; expected at most the frame's %" PRIu64, segment.name(),
                    count, segment.element_count());
    return Status::success;
}

}

void restart_position(Handle &handle, const ring::Newest &newest) noexcept
{
    handle.position = Position{};
    handle.position.generation = handle.segment->generation();
    handle.position.tail = newest.counter;
    handle.position.tail_slot = newest.slot;
    handle.position.seen = newest.counter;
}

bool follow_generation(Handle &handle) noexcept
{
    const uint32_t generation = handle.segment->generation();
    if (generation == handle.position.generation)
        return false;
    const uint64_t missed = handle.position.missed;
    restart_position(handle, {handle.segment->depth() - 1, 0});
    handle.position.generation = generation;
    handle.position.missed = missed;
    handle.position.restarted = true;
    return true;
}

uint64_t newest_counter(Handle &handle) noexcept
{
    follow_generation(handle);
    handle.position.restarted = false;
    return handle.segment->ring().newest().counter;
}

Status read_newest(Handle &handle, void *destination, uint64_t count) noexcept
{
    const Segment &segment = *handle.segment;
    if (check_readable(segment, destination, count) != Status::success)
        return Status::error;
    const Segment::Ring ring = segment.ring();
    Patience patience(segment);
    for (;;)
    {
        follow_generation(handle);
        const ring::Newest newest = ring.newest();
        const ring::Claim claim = ring.claim(newest.slot);
        if (claim.written && claim.counter == newest.counter && segment.generation() == handle.position.generation &&
            read_claimed(handle, claim, destination, count * segment.element_bytes()))
        {
            deliver(handle, claim.counter);
            return Status::success;
        }
        if (!patience.try_again(claim.written))
            return patience.result();
    }
}

Status read_next(Handle &handle, void *destination, uint64_t count, uint64_t &missed) noexcept
{
    const Segment &segment = *handle.segment;
    missed = 0;
    if (check_readable(segment, destination, count) != Status::success)
        return Status::error;
    const Segment::Ring ring = segment.ring();
    Patience patience(segment);
    bool lapped = false;
    for (;;)
    {
        follow_generation(handle);
        Position &position = handle.position;
        const ring::Newest newest = ring.newest();
        if (newest.counter <= position.tail)
            return without_frame(segment, Status::not_ready);
        uint64_t wanted = position.tail + 1;
        if (lapped || !ring.in_reach(newest, wanted))
            wanted = std::max(wanted, ring.oldest_safe(newest));
        const ring::Claim claim = ring.claim(ring.slot_of(newest, wanted));
        const bool is_it = claim.written && claim.counter == wanted && segment.generation() == position.generation;
        if (is_it && read_claimed(handle, claim, destination, count * segment.element_bytes()))
        {
            missed = wanted - position.tail - 1;
            position.tail = wanted;
            position.tail_slot = claim.slot;
            deliver(handle, wanted);
            return missed == 0 ? Status::success : condition(Status::overwrite, segment.name());
        }
        lapped = true;
        if (!patience.try_again(claim.written))
            return patience.result();
    }
}

Status read_last(Handle &handle, void *destination, uint32_t frame_count, uint64_t &first_counter) noexcept
{
    const Segment &segment = *handle.segment;
    if (check_readable(segment, destination, 0) != Status::success)
        return Status::error;
    if (frame_count == 0 || frame_count > segment.depth())
        return fail(DAO_E_RANGE, "%s: the last %u frames; expected 1 to its depth, %u", segment.name(), frame_count,
                    segment.depth());
    const Segment::Ring ring = segment.ring();
    Patience patience(segment);
    for (;;)
    {
        follow_generation(handle);
        const ring::Newest newest = ring.newest();
        if (newest.counter < frame_count)
            return without_frame(segment, Status::not_ready);
        const uint64_t first = newest.counter - frame_count + 1;
        uint64_t counter = first;
        ring::Claim claim{};
        for (auto *to = static_cast<unsigned char *>(destination); counter <= newest.counter; ++counter)
        {
            claim = ring.claim(ring.slot_of(newest, counter));
            if (!claim.written || claim.counter != counter || segment.generation() != handle.position.generation ||
                !read_claimed(handle, claim, to, segment.layout().slot_bytes))
                break;
            to += segment.layout().slot_bytes;
        }
        if (counter > newest.counter)
        {
            first_counter = first;
            deliver(handle, newest.counter);
            return Status::success;
        }
        if (!patience.try_again(claim.written))
            return patience.result();
    }
}

void hand_slot(Handle &handle, uint32_t slot) noexcept
{
    follow_generation(handle);
    const Segment &segment = *handle.segment;
    handle.handed = segment.ring().claim(slot);
    handle.frame = describe(segment, handle.handed, handle.position.generation);
    handle.has_frame = true;
}

void hand_newest(Handle &handle) noexcept
{
    // A frame that is just being finished is worth a moment; one that takes longer is handed out as it is, and
    // check_handed() says so.
    constexpr int tries = 100;
    for (int attempt = 0; attempt < tries; ++attempt)
    {
        const ring::Newest newest = handle.segment->ring().newest();
        hand_slot(handle, newest.slot);
        if (handle.handed.written && handle.handed.counter == newest.counter)
            break;
        platform::pause();
    }
    deliver(handle, handle.handed.counter);
}

Status hand_next(Handle &handle) noexcept
{
    const Segment &segment = *handle.segment;
    follow_generation(handle);
    Position &position = handle.position;
    const Segment::Ring ring = segment.ring();
    const ring::Newest newest = ring.newest();
    if (newest.counter <= position.tail)
        return without_frame(segment, Status::not_ready);
    const uint64_t wanted = position.tail + 1;
    bool lapped = !ring.in_reach(newest, wanted);
    if (!lapped)
    {
        hand_slot(handle, ring.slot_of(newest, wanted));
        lapped = !handle.handed.written || handle.handed.counter != wanted;
    }
    if (lapped)
        hand_newest(handle);
    else
        deliver(handle, wanted);
    position.tail = handle.handed.counter;
    position.tail_slot = handle.handed.slot;
    return lapped && position.tail != wanted ? condition(Status::overwrite, segment.name()) : Status::success;
}

Status check_handed(Handle &handle) noexcept
{
    const Segment &segment = *handle.segment;
    if (!handle.has_frame)
        return condition(Status::not_ready, segment.name());
    if (handle.handed.written && still_whole(segment, handle.handed))
        return Status::success;
    return without_frame(segment, Status::overwrite);
}

}
