// A reader waits, and remembers for what it waited.
#include "frames/reader.hpp"

#include "base/error.hpp"
#include "frames/delivery.hpp"
#include "segment/notification.hpp"

namespace dao::frames
{

using base::condition;
using segment::Segment;

namespace
{

// Readers that wait are listed, too, not only those that have read. The entry also says which process has a claim, for those that
// look for it without a proof to check.
void note_waiting(Reader &reader) noexcept
{
    segment::note_reader(*reader.segment, reader.place, reader.position.seen, reader.position.missed,
                         platform::realtime_coarse_ns());
}

// The end of a wait that found `newest` in that generation; either may be anything when the memory was lost.
Status seen(Reader &reader, uint32_t generation, uint64_t newest, Status status) noexcept
{
    const Segment &segment = *reader.segment;
    if (status == Status::success)
    {
        if (Status lost = segment.check_memory(); lost != Status::success)
            return lost;
        see(reader, generation, newest);
    }
    if (status == Status::replaced || status == Status::removed)
        note_end(reader.position, status, newest);
    return condition(status, segment.name());
}

// For readers that spin on frame after frame. follow_generation() reads the line that a writer writes first, which then has to
// travel once more before the next frame can be seen. So at first only the word that lies apart is read, for a moment: if it shows
// the very next frame, no counter began anew either.
bool sees_next_at_once(Reader &reader, uint64_t after) noexcept
{
    Position &position = reader.position;
    if (position.restarted || after != position.seen)
        return false;
    wait::FrameCondition frame(*reader.segment, position.generation, after);
    if (!wait::spin_briefly(*reader.segment, frame) || frame.generation() != position.generation ||
        frame.newest() != after + 1)
        return false;
    position.seen = frame.newest();
    return true;
}

}

Status wait_for_frame(Reader &reader, WaitMode mode, uint64_t after, const wait::Deadline &deadline,
                      wait::Counter meaning)
{
    Segment &segment = *reader.segment;
    // Otherwise what follows would note its waiting in a file that is no longer this segment's.
    if (Status lost = segment.check_memory(); lost != Status::success)
        return lost;
    note_waiting(reader);
    if (mode == WaitMode::spinning && sees_next_at_once(reader, after))
        return segment.check_memory();
    const Position &position = reader.position;
    follow_generation(reader);
    const bool is_before_restart = position.restarted && meaning == wait::Counter::place;
    wait::FrameCondition frame(segment, position.generation, is_before_restart ? 0 : after, meaning);
    Status status = Status::success;
    if (mode == WaitMode::asleep)
        status = wait::wait_asleep(segment, frame, reader.cancellation, deadline);
    else if (mode == WaitMode::spinning)
        status = wait::wait_spinning(segment, frame, reader.cancellation, deadline);
    else
        status = wait::wait_adaptively(segment, frame, reader.cancellation, deadline, reader.rhythm);
    return seen(reader, frame.generation(), frame.newest(), status);
}

Status wait_for_semaphore(Reader &reader, uint32_t semaphore, const wait::Deadline &deadline)
{
    Segment &segment = *reader.segment;
    const bool is_beyond = semaphore >= segment.semaphore_limit();
    if (Status lost = segment.check_memory(); lost != Status::success)
        return lost;
    if (is_beyond)
        return segment::fail_no_semaphore(segment, semaphore);
    if (segment.read_only() && !segment.has_dao_semaphores()) // cannot take a post; an unseen frame will do
        return wait_for_frame(reader, WaitMode::asleep, reader.position.seen, deadline);
    note_waiting(reader);
    const Status status = wait::wait_for_semaphore(segment, semaphore, reader.cancellation, deadline);
    const uint64_t newest = newest_known(reader).counter;
    return seen(reader, reader.position.generation, newest, status);
}

Status claim_semaphore(Reader &reader) noexcept
{
    note_waiting(reader);
    return segment::claim_semaphore(*reader.segment, reader.claim);
}

void claim_again(Reader &reader, uint32_t number) noexcept
{
    note_waiting(reader);
    segment::claim_again(*reader.segment, number, reader.claim);
}

}
