// Spins until a frame is there.
#pragma once

#include "wait/waits.hpp"

namespace dao::wait
{

class Spinner
{
  public:
    Spinner(const segment::Segment &segment, FrameCondition &frame, Cancellation &cancellation) noexcept
        : segment_(segment), frame_(frame), cancellation_(cancellation), begin_ns_(platform::monotonic_ns())
    {
    }

    // Status::timeout at `until_ns` of the monotonic clock.
    Status spin(int64_t until_ns);

    // Between two readings of the clock: long when the thread was put off the processor.
    int64_t longest_pause_ns() const noexcept { return longest_pause_ns_; }
    int64_t last_check_ns() const noexcept { return last_check_ns_; }

  private:
    bool check_often() noexcept;
    Status check_for_signals(int64_t now_ns) noexcept;

    const segment::Segment &segment_;
    FrameCondition &frame_;
    Cancellation &cancellation_;
    platform::SignalHold hold_;
    int64_t begin_ns_;
    int64_t last_check_ns_ = begin_ns_;
    int64_t longest_pause_ns_ = 0;
    int64_t next_check_ns_ = 0;
};

}
