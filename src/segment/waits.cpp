#include "segment/waits.hpp"

#include "segment/wait_parts.hpp"

namespace dao::segment
{

using platform::Sleep;

void interrupt_waits() noexcept
{
    interrupts.fetch_add(1, std::memory_order_relaxed);
}

Status note_arrival(Handle &handle, uint64_t newest, Status status) noexcept
{
    if (status != Status::success)
        return status;
    if (Status lost = handle.segment->check_memory(); lost != Status::success)
        return lost; // what was taken for the frame's counter may be anything
    handle.position.seen = std::max(handle.position.seen, newest);
    handle.position.restarted = false;
    return status; // the reader's line follows with the next read or wait: not on the way of this frame
}

Status wait_asleep(Handle &handle, uint64_t after, int64_t timeout_ns) noexcept
{
    Arrival arrival(handle, after);
    const auto is_there = [&]() noexcept { return arrival.is_there(); };
    Status status = Status::success;
    if (!is_there())
        status = sleep_until_there(*handle.segment, is_there, Deadline(timeout_ns));
    return note_arrival(handle, arrival.newest(), status);
}

namespace
{

// DAO's semaphore of that number: on segments that DAO programs share.
Status wait_for_named(Segment &segment, uint32_t semaphore, const Deadline &deadline) noexcept
{
    platform::NamedSemaphore &named = segment.named_semaphore(semaphore);
    if (!named.is_open())
        segment.open_named_semaphores(false, 0); // made since we opened the segment, perhaps
    if (!named.is_open())
        return base::fail(DAO_E_SEMAPHORE, "%s: its named semaphore %u cannot be opened", segment.name(), semaphore);
    const Watch watch(segment);
    for (;;)
    {
        const int64_t left_ns = deadline.left_ns(platform::monotonic_ns());
        const Sleep sleep = named.wait(std::clamp<int64_t>(left_ns, 0, longest_sleep_ns));
        if (sleep == Sleep::woken)
            return Status::success;
        const Status status = sleep == Sleep::interrupted ? Status::interrupted : watch.look_closely();
        if (status != Status::success)
            return base::condition(status, segment.name());
        if (left_ns <= 0)
            return base::condition(Status::timeout, segment.name());
    }
}

}

Status wait_for_semaphore(Handle &handle, uint32_t semaphore, int64_t timeout_ns) noexcept
{
    Segment &segment = *handle.segment;
    if (semaphore >= segment.semaphore_limit())
        return base::fail(DAO_E_SEMAPHORE, "%s: no semaphore %u; expected 0 to %d", segment.name(), semaphore,
                          segment.semaphore_limit() - 1);
    if (segment.read_only() && !segment.has_named_semaphores())
        return wait_asleep(handle, handle.position.seen, timeout_ns); // cannot take a post; an unseen frame will do
    const Deadline deadline(timeout_ns);
    note_reader(handle);
    Status status = Status::success;
    if (segment.has_named_semaphores())
        status = wait_for_named(segment, semaphore, deadline);
    else
    {
        const Segment::Semaphores semaphores = segment.semaphores();
        bool taken = false; // a post is taken once, however often we are asked
        const auto is_taken = [&]() noexcept { return taken || (taken = semaphores.take(semaphore)); };
        status = sleep_until_there(segment, is_taken, deadline);
    }
    follow_generation(handle);
    return note_arrival(handle, segment.ring().newest().counter, status);
}

}
