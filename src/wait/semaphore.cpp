#include "wait/waits.hpp"

#include "base/error.hpp"
#include "wait/wait_loop.hpp"

namespace dao::wait
{

using platform::Sleep;
using segment::Segment;

namespace
{

// Sleeps on a semaphore of the system until `take(woken)` says that a post was taken; for short times while `polls()` says
// that not all posts wake.
template <class Semaphore, class Polls, class Take>
Status wait_on_system(const Segment &segment, Semaphore &semaphore, Polls &&polls, Take &&take,
                      Cancellation &cancellation, const Deadline &deadline)
{
    platform::SignalHold hold;
    for (;;)
    {
        const bool is_polling = polls();
        if (is_polling && !hold.active())
            hold.begin();
        const int64_t now_ns = platform::monotonic_ns();
        const int64_t longest_ns = is_polling ? poll_ns : longest_sleep_ns(now_ns);
        const int64_t remaining_ns = deadline.remaining_ns(now_ns);
        const Sleep sleep = semaphore.wait(std::clamp<int64_t>(remaining_ns, 0, longest_ns));
        if (take(sleep == Sleep::woken))
            return Status::success;
        if (sleep == Sleep::interrupted || hold.take_signal())
            return cancellation.take_interrupt();
        if (Status status = cancellation.check(segment, platform::monotonic_ns()); status != Status::success)
            return status;
        if (sleep != Sleep::woken && remaining_ns <= 0)
            return Status::timeout;
    }
}

// DAO's semaphore of that number: on segments that DAO programs share. On systems that know only named semaphores, the
// segment's own.
Status wait_for_named(Segment &segment, uint32_t semaphore, Cancellation &cancellation, const Deadline &deadline)
{
    platform::NamedSemaphore &named = segment.named_semaphore(semaphore);
    if (!named.is_open())
        segment.open_named_semaphores(false, 0); // made since we opened the segment, perhaps
    if (!named.is_open())
        return base::fail(
            DAO_E_SEMAPHORE,
            "%s: cannot open its named semaphore %u: missing, or not permitted; expected the one made with the segment",
            segment.name(), semaphore);
    const auto take = [&](bool woken) noexcept { return woken && segment.state() == format::state_live; };
    return wait_on_system(segment, named, [] { return false; }, take, cancellation, deadline);
}

// The C library's semaphore, which programs may also post and take themselves. The bit says whether the post was a frame's:
// that of a segment's end is none. It is all that a process posts whose library is another, which may come at any time.
Status wait_for_native(const Segment &segment, uint32_t semaphore, Cancellation &cancellation, const Deadline &deadline)
{
    const base::Word<uint32_t> mark(&segment.extension()->mixed_libraries);
    const auto is_mixed = [mark]() noexcept { return mark.load_relaxed() != 0; };
    const auto take = [&](bool woken) noexcept {
        if (woken && segment.state() == format::state_live)
        {
            (void)segment.semaphores().take(semaphore);
            return true;
        }
        return (woken || is_mixed()) && segment.semaphores().take(semaphore);
    };
    platform::NativeSemaphore native = segment.native_semaphore(semaphore);
    return wait_on_system(segment, native, is_mixed, take, cancellation, deadline);
}

}

Status wait_for_semaphore(Segment &segment, uint32_t semaphore, Cancellation &cancellation, const Deadline &deadline)
{
    if (segment.has_named_semaphores())
        return wait_for_named(segment, semaphore, cancellation, deadline);
    if (segment.has_native_semaphores())
        return wait_for_native(segment, semaphore, cancellation, deadline);
    const Segment::Semaphores semaphores = segment.semaphores();
    bool taken = false; // a post is taken once, however often it is asked for
    const auto is_taken = [&]() noexcept { return taken || (taken = semaphores.take(semaphore)); };
    return sleep_until_holds(segment, is_taken, cancellation, deadline);
}

}
