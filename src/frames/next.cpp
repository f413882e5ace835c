// All ways to read frame after frame, in one call.
#include "frames/handle.hpp"

#include "base/error.hpp"
#include "base/lock_limit.hpp"

#include <algorithm>

namespace dao::frames
{

namespace
{

// The counter that the frame to deliver must exceed.
uint64_t last_seen(const Position &position, const NextRequest &request) noexcept
{
    return request.in_order ? position.tail : position.last_read;
}

// Copies the frame that is there already. Not ready when there is none: then a frame after `after` is to be waited for.
// A post that was taken asks for the newest frame, seen or not, as programs also post without a frame. `until_ns`: as in
// read_newest().
Status deliver_unseen(Reader &reader, const NextRequest &request, void *destination, uint64_t count, int64_t until_ns,
                      uint64_t &missed, uint64_t &after) noexcept
{
    const bool posted = request.by_semaphore && reader.has_post;
    follow_generation(reader);
    const uint64_t seen = last_seen(reader.position, request);
    const uint64_t newest = reader.segment->slots().newest().counter;
    after = std::max(seen, newest);
    if (newest == 0 || (after == seen && (!posted || request.in_order)))
        return Status::not_ready;
    if (destination == nullptr)
        return Status::success;
    if (request.in_order)
        return read_next(reader, destination, count, missed, until_ns);
    const uint32_t generation = reader.position.generation;
    if (Status status = read_newest(reader, destination, count, until_ns); status != Status::success)
        return status;
    // The segment may have been reused since, and then has no frame perhaps.
    after = reader.position.generation == generation ? seen : 0;
    const uint64_t counter = reader.frame.cnt0;
    if (counter <= after && !posted)
        return Status::not_ready;
    missed = counter > after ? counter - after - 1 : 0;
    return Status::success;
}

Status wait_for_unseen(Reader &reader, const NextRequest &request, uint32_t semaphore, uint64_t after,
                       const wait::Deadline &deadline)
{
    if (request.by_semaphore)
        return wait_for_semaphore(reader, semaphore, deadline);
    return wait_for_frame(reader, request.mode, after, deadline);
}

// A wait said that there is a frame, and there is none: another program altered words so that they contradict each other. The
// next try comes after a pause, and only if nothing ends the wait.
Status pause_after_false_news(Reader &reader, const wait::Deadline &deadline)
{
    constexpr int64_t pause_ns = 100'000;
    const segment::Segment &segment = *reader.segment;
    const int64_t now_ns = platform::monotonic_ns();
    if (Status ended = reader.cancellation.check(segment, now_ns); ended != Status::success)
        return base::condition(ended, segment.name());
    if (deadline.remaining_ns(now_ns) <= 0)
        return base::condition(Status::timeout, segment.name());
    if (platform::sleep_until(now_ns + pause_ns) == platform::Sleep::interrupted)
        return base::condition(reader.cancellation.take_interrupt(), segment.name());
    return Status::success;
}

// Whether the file under the name may still become a segment. It has as long for that as a lock may take, counted over all the
// calls of a caller that waits in short pieces.
bool may_be_made(Handle &handle, int64_t now_ns) noexcept
{
    if (base::last_error_code() != DAO_E_FORMAT)
    {
        handle.unmade_since_ns = 0;
        return false;
    }
    if (handle.unmade_since_ns == 0)
        handle.unmade_since_ns = now_ns;
    return now_ns - handle.unmade_since_ns < base::usual_lock_limit_ns;
}

// A program that makes a segment in place, or copies one there, leaves an incomplete file for a while: tries until it is whole.
Status reopen_once_made(Handle &handle, const wait::Deadline &deadline) noexcept
{
    constexpr int64_t pause_ns = 1'000'000;
    wait::Cancellation &cancellation = handle.reader.cancellation;
    platform::ShortSleeps sleeps;
    for (int64_t now_ns = platform::monotonic_ns();; now_ns = platform::monotonic_ns())
    {
        if (reopen(handle) == Status::success)
            return Status::success;
        if (!may_be_made(handle, now_ns))
            return Status::error;
        const int64_t remaining_ns = deadline.remaining_ns(now_ns);
        if (remaining_ns <= 0)
            return base::condition(Status::timeout, handle.segment->name());
        const platform::Sleep sleep = sleeps.until(now_ns + std::min(remaining_ns, pause_ns));
        if (sleep == platform::Sleep::interrupted || cancellation.interrupts.are_pending())
            return base::condition(cancellation.take_interrupt(), handle.segment->name());
    }
}

// Opens what has the name now. Replaced when its frames are of another kind, and always for a private image, whose name leads
// to no other; removed when there is nothing.
Status follow(Handle &handle, const wait::Deadline &deadline) noexcept
{
    if (!handle.segment->file().is_open())
        return base::condition(Status::replaced, handle.segment->name());
    const format::Geometry before = handle.segment->layout().geometry;
    if (Status status = reopen_once_made(handle, deadline); status != Status::success)
    {
        const DAO_ERROR_CODE cause = base::last_error_code();
        const bool is_gone = cause == DAO_E_NOT_FOUND || cause == DAO_E_REMOVED;
        return is_gone ? base::condition(Status::removed, handle.segment->name()) : status;
    }
    base::take_back_replaced();
    return handle.segment->layout().geometry.has_same_frames(before)
               ? Status::success
               : base::condition(Status::replaced, handle.segment->name());
}

}

Status next(Handle &handle, const NextRequest &request, void *destination, uint64_t count, uint64_t &missed)
{
    Reader &reader = handle.reader;
    const wait::Deadline deadline(request.timeout_ns);
    missed = 0;
    uint32_t semaphore = request.semaphore; // the reader's own may have another number in a segment that it follows
    // Posts are not added up: in order, a frame may be there whose post was taken with the one before.
    bool waits_first = request.by_semaphore && !request.in_order && !reader.has_post;
    bool has_news = false; // of the wait before
    for (;;)
    {
        Status status = Status::not_ready;
        uint64_t after = 0;
        if (!waits_first)
            status = deliver_unseen(reader, request, destination, count, deadline.at_ns(), missed, after);
        waits_first = false;
        if (status == Status::not_ready)
        {
            status = has_news && !request.by_semaphore ? pause_after_false_news(reader, deadline) : Status::success;
            if (status == Status::success)
                status = wait_for_unseen(reader, request, semaphore, after, deadline);
            has_news = status == Status::success;
            if (request.by_semaphore) // else a post that was taken before is kept for the call that asks for it
                reader.has_post = has_news;
        }
        else if (status != Status::replaced)
            return status;
        if (status == Status::replaced && request.follow)
        {
            const bool is_own = segment::claimed_number(reader.claim) == static_cast<int32_t>(semaphore);
            status = follow(handle, deadline);
            if (const int32_t number = segment::claimed_number(reader.claim); is_own && number >= 0)
                semaphore = static_cast<uint32_t>(number);
        }
        if (status != Status::success)
            return status;
    }
}

}
