// What ends a wait besides what is waited for: an interrupt, and the end of the segment. One for each handle, so that
// neither is lost between two waits.
#pragma once

#include "segment/name_watch.hpp"

#include <atomic>

namespace dao::wait
{

// How often this process interrupted its waits. Written in signal handlers.
inline std::atomic<uint32_t> interrupt_count{0};
static_assert(std::atomic<uint32_t>::is_always_lock_free);

class Cancellation
{
  public:
    // Cheap: reads words only, and the file system at most ten times a second. Reports each interrupt once.
    Status check(const segment::Segment &segment, int64_t now_ns) noexcept
    {
        if (is_interrupted())
            return take_interrupt();
        return name_watch_.check(segment, now_ns);
    }

    bool is_interrupted() const noexcept { return interrupt_count.load(std::memory_order_relaxed) != interrupts_seen_; }
    Status take_interrupt() noexcept
    {
        forget_interrupts();
        return Status::interrupted;
    }
    // The handle has another segment now: nothing is known of its name.
    void forget_name() noexcept { name_watch_ = segment::NameWatch{}; }
    void forget_interrupts() noexcept { interrupts_seen_ = interrupt_count.load(std::memory_order_relaxed); }

  private:
    segment::NameWatch name_watch_;
    uint32_t interrupts_seen_ = interrupt_count.load(std::memory_order_relaxed);
};

}
