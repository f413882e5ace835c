// What ends a wait besides what is waited for: an interrupt, and the end of the segment. One for each handle, so that
// neither is lost between two waits.
#pragma once

#include "base/interrupts.hpp"
#include "platform/thread_cancellation.hpp"
#include "segment/name_watch.hpp"

namespace dao::wait
{

class Cancellation
{
  public:
    // Cheap: reads words only, and the file system at most ten times a second. Reports each interrupt once. Ends a thread
    // that is cancelled: not noexcept, and neither is who calls it.
    Status check(const segment::Segment &segment, int64_t now_ns)
    {
        if (interrupts.are_pending())
            return take_interrupt();
        if (name_watch_.is_due(now_ns))
            platform::end_if_cancelled();
        return name_watch_.check(segment, now_ns);
    }

    Status take_interrupt() noexcept
    {
        interrupts.forget();
        return Status::interrupted;
    }
    // The handle has another segment now: nothing is known of its name.
    void forget_name() noexcept { name_watch_ = segment::NameWatch{}; }

    base::Interrupts interrupts; // of all waits of the handle, also for a lock

  private:
    segment::NameWatch name_watch_;
};

}
