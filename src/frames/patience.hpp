// How long a reader keeps trying to get a whole frame. Reads the clock only when it has to wait.
#pragma once

#include "segment/segment.hpp"

namespace dao::frames
{

class Patience
{
  public:
    // `until_ns`: the caller's own limit, for a frame that stays half written; on the monotonic clock.
    explicit Patience(const segment::Segment &segment, int64_t until_ns = INT64_MAX) noexcept
        : segment_(segment), until_ns_(until_ns)
    {
    }

    // After a try that did not lead to a whole frame. `was_stable`: the slot held one, and was overwritten meanwhile;
    // `newest`: the counter found then. False when it is time to give up.
    bool try_again(bool was_stable, uint64_t newest) noexcept
    {
        if (segment_.is_lost() || segment_.is_cut())
            return false;
        platform::pause();
        was_outrun_ = was_outrun_ || was_stable || (tries_ > 0 && newest != newest_);
        newest_ = newest;
        if (++tries_ % 16 != 0 && !was_stable) // after a copy the clock costs little
            return true;
        const int64_t now_ns = platform::monotonic_ns();
        if (start_ns_ == 0)
            start_ns_ = now_ns;
        const int64_t waited_ns = now_ns - start_ns_;
        if (!was_stable && waited_ns > short_limit_ns && (is_time_up(now_ns) || writer_is_gone()))
            return false;
        return waited_ns < limit_ns;
    }

    // Why it was given up: the writer went on, or it stays in the middle of a frame.
    Status result() const noexcept { return was_outrun_ ? Status::outrun : Status::not_ready; }

  private:
    static constexpr int64_t limit_ns = 100'000'000;     // with a writer that is always faster, or never done
    static constexpr int64_t short_limit_ns = 2'000'000; // with a dead writer's slot, or when the caller's limit passed

    bool is_time_up(int64_t now_ns) const noexcept { return now_ns >= until_ns_ && !was_outrun_; }

    bool writer_is_gone() const noexcept
    {
        if (segment_.extension() == nullptr)
            return false;
        const base::ProcessToken holder = segment_.writer_lock().holder();
        return holder == 0 || segment_.is_dead()(holder);
    }

    const segment::Segment &segment_;
    int64_t until_ns_;
    unsigned tries_ = 0;
    int64_t start_ns_ = 0;
    uint64_t newest_ = 0;
    bool was_outrun_ = false;
};

}
