#include "wait/waits.hpp"

#include "base/error.hpp"
#include "wait/wait_loop.hpp"

namespace dao::wait
{

using platform::Sleep;
using segment::Segment;

namespace
{

// DAO's semaphore of that number: on segments that DAO programs share.
Status wait_for_named(Segment &segment, uint32_t semaphore, Cancellation &cancellation,
                      const Deadline &deadline) noexcept
{
    platform::NamedSemaphore &named = segment.named_semaphore(semaphore);
    if (!named.is_open())
        segment.open_named_semaphores(false, 0); // made since we opened the segment, perhaps
    if (!named.is_open())
        return base::fail(DAO_E_SEMAPHORE, "%s: cannot open its named semaphore %u", segment.name(), semaphore);
    for (;;)
    {
        const int64_t remaining_ns = deadline.remaining_ns(platform::monotonic_ns());
        const Sleep sleep = named.wait(std::clamp<int64_t>(remaining_ns, 0, longest_sleep_ns));
        if (sleep == Sleep::woken)
            return Status::success;
        if (sleep == Sleep::interrupted)
            return cancellation.take_interrupt();
        if (Status status = cancellation.check(segment, platform::monotonic_ns()); status != Status::success)
            return status;
        if (remaining_ns <= 0)
            return Status::timeout;
    }
}

}

Status wait_for_semaphore(Segment &segment, uint32_t semaphore, Cancellation &cancellation,
                          const Deadline &deadline) noexcept
{
    if (segment.has_named_semaphores())
        return wait_for_named(segment, semaphore, cancellation, deadline);
    const Segment::Semaphores semaphores = segment.semaphores();
    bool taken = false; // a post is taken once, however often it is asked for
    const auto is_taken = [&]() noexcept { return taken || (taken = semaphores.take(semaphore)); };
    return sleep_until_holds(segment, is_taken, cancellation, deadline);
}

}
