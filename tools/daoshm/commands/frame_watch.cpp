#include "commands/frame_watch.hpp"

#include <chrono>
#include <utility>

#include "frame/times.hpp"
#include "network/remote.hpp"
#include "platform/platform.hpp"
#include "segments/segment.hpp"
#include "text/spans.hpp"
#include "timing/interrupt.hpp"

namespace daoshm
{

FrameWatch::FrameWatch(Dao::Image segment, DAO_WAIT_MODE wait)
    : segment_(std::move(segment)), element_(daoTypeSize(segment_.get_type()))
{
    how_.order = DAO_NEXT_IN_ORDER;
    how_.wait = wait;
}

std::future<Newest> FrameWatch::look() const
{
    if (remote_name(segment_))
        return std::async(std::launch::async,
                          [copy = segment_.duplicate()]() mutable { return newest(std::move(copy)); });
    return std::async(std::launch::async, [path = segment_.name()] { return newest(path); });
}

bool FrameWatch::collect(int64_t deadline_ns, Tally &tally)
{
    while (!is_interrupted())
    {
        const int64_t remaining_ns = deadline_ns - steady_ns();
        if (remaining_ns <= 0)
        {
            for (uint32_t left = segment_.get_depth(); left > 0 && take_next(tally); --left)
                ; // what came while this process was stopped belongs to that time
            return true;
        }
        if (take_next(tally))
            continue;
        how_.timeout = std::chrono::nanoseconds(remaining_ns);
        take(segment_.next(element_.data(), 1, how_), true, tally);
    }
    return false;
}

bool FrameWatch::take_next(Tally &tally)
{
    return take(segment_.read_next(element_.data(), 1), false, tally);
}

/// @return whether there was a frame. Else there is none yet, or none that was whole: that one counts as missed before
/// the next.
bool FrameWatch::take(const Dao::ReadResult &frame, bool was_waited_for, Tally &tally)
{
    if (frame)
        count(frame, now_ns(), was_waited_for, tally);
    else if (frame.status == DAO_REPLACED)
        follow(tally);
    else if (frame.status == DAO_REMOVED)
        throw error_of(segment_, frame.status);
    return frame.whole;
}

/// Not by next() itself: what was measured before does not go on in another segment, and the user is told.
void FrameWatch::follow(Tally &tally)
{
    reopen(segment_);
    element_.resize(daoTypeSize(segment_.get_type()));
    last_atime_ns_ = 0;
    ++tally.replaced;
}

void FrameWatch::count(const Dao::ReadResult &frame, int64_t woken_ns, bool was_waited_for, Tally &tally)
{
    const int64_t atime_ns = acquired_ns(frame);
    ++tally.frames;
    tally.missed += frame.missed;
    // After missed frames, neither the period nor the wake-up is that of this frame.
    if (frame.missed == 0 && last_atime_ns_ != 0)
        tally.periods_ns.push_back(static_cast<double>(span_ns(last_atime_ns_, atime_ns)));
    if (frame.missed == 0 && was_waited_for)
        tally.latencies_ns.push_back(static_cast<double>(span_ns(atime_ns, woken_ns)));
    last_atime_ns_ = atime_ns;
}

}
