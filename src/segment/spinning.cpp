#include "segment/wait_parts.hpp"
#include "segment/waits.hpp"

namespace dao::segment
{

Spinner::Spinner(Handle &handle, Arrival &arrival) noexcept
    : handle_(handle), arrival_(arrival), watch_(*handle.segment), begin_ns_(platform::monotonic_ns())
{
}

Status Spinner::spin(int64_t until_ns) noexcept
{
    constexpr unsigned looks_between = 64;
    const Segment &segment = *handle_.segment;
    for (;;)
    {
        if (segment.extension() != nullptr)
        {
            const base::Word<uint64_t> published = segment.published();
            for (unsigned look = 0; look < looks_between; ++look)
            {
                const uint64_t newest = published.load_acquire();
                if (newest > arrival_.after() && arrival_.is_there(newest))
                    return Status::success;
                platform::pause();
            }
        }
        if (arrival_.is_there()) // a writer of DAO's does not say so in `published`
            return Status::success;
        if (Status status = watch_.look(); status != Status::success)
            return status;
        const int64_t now_ns = platform::monotonic_ns();
        longest_pause_ns_ = std::max(longest_pause_ns_, now_ns - last_look_ns_);
        last_look_ns_ = now_ns;
        if (now_ns >= until_ns)
            return Status::timeout;
        if (Status status = look_for_signals(now_ns); status != Status::success)
            return status;
    }
}

// A signal that is handled while we spin leaves no trace that we could see. So once frames have failed to come for a
// while, when two system calls more no longer matter, signals are held back and looked for.
Status Spinner::look_for_signals(int64_t now_ns) noexcept
{
    constexpr int64_t calm_ns = 10'000'000;
    constexpr int64_t between_ns = 200'000;
    if (now_ns < begin_ns_ + calm_ns || now_ns < next_look_ns_)
        return Status::success;
    if (!hold_.active())
        hold_.begin();
    next_look_ns_ = now_ns + between_ns;
    if (hold_.signal_waits())
    {
        hold_.end();
        return Status::interrupted;
    }
    if (now_ns < next_close_look_ns_)
        return Status::success;
    next_close_look_ns_ = now_ns + longest_sleep_ns;
    return watch_.look_closely();
}

Status wait_spinning(Handle &handle, uint64_t after, int64_t timeout_ns) noexcept
{
    const Deadline deadline(timeout_ns);
    Arrival arrival(handle, after);
    Spinner spinner(handle, arrival);
    const Status status = spinner.spin(deadline.at_ns());
    return note_arrival(handle, arrival.newest(), base::condition(status, handle.segment->name()));
}

}
