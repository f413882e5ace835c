#include "wait/spinning.hpp"

#include <algorithm>

namespace dao::wait
{

bool spin_briefly(const segment::Segment &segment, FrameCondition &frame) noexcept
{
    constexpr unsigned checks = 64;
    if (segment.extension() != nullptr)
        for (unsigned check = 0; check < checks; ++check)
        {
            if (frame.holds_by_published_word())
                return true;
            platform::pause();
        }
    return false;
}

// Between two readings of the clock. False when the frame did not come. A writer of DAO's does not set the word.
bool Spinner::check_often() noexcept
{
    return spin_briefly(segment_, frame_) || frame_.holds();
}

Status Spinner::spin(int64_t until_ns)
{
    while (!check_often())
    {
        const int64_t now_ns = platform::monotonic_ns();
        longest_pause_ns_ = std::max(longest_pause_ns_, now_ns - last_check_ns_);
        last_check_ns_ = now_ns;
        Status status = cancellation_.check(segment_, now_ns);
        if (status == Status::success && now_ns >= until_ns)
            status = Status::timeout;
        if (status == Status::success)
            status = check_for_signals(now_ns);
        if (status != Status::success)
            return frame_.holds() ? Status::success : status;
    }
    return Status::success;
}

// A signal that is handled while we spin leaves no trace that we could see. So once frames have failed to come for a
// while, when two system calls more no longer matter, signals are held back and checked for.
Status Spinner::check_for_signals(int64_t now_ns) noexcept
{
    constexpr int64_t calm_ns = 10'000'000;
    constexpr int64_t between_ns = 200'000;
    if (now_ns < begin_ns_ + calm_ns || now_ns < next_check_ns_)
        return Status::success;
    if (!hold_.active())
        hold_.begin();
    next_check_ns_ = now_ns + between_ns;
    if (!hold_.take_signal())
        return Status::success;
    hold_.end();
    return cancellation_.take_interrupt();
}

Status wait_spinning(const segment::Segment &segment, FrameCondition &frame, Cancellation &cancellation,
                     const Deadline &deadline)
{
    return Spinner(segment, frame, cancellation).spin(deadline.at_ns());
}

}
