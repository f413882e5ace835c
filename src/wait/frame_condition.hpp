// The frame that is waited for: the first whose counter exceeds a given one, or any once the segment was reused, as the
// counters began anew then.
#pragma once

#include "segment/segment.hpp"

namespace dao::wait
{

class FrameCondition
{
  public:
    // `generation`: that of the segment when `after` was the counter of a frame.
    FrameCondition(const segment::Segment &segment, uint32_t generation, uint64_t after) noexcept
        : segment_(segment), generation_(generation), after_(after)
    {
    }

    bool holds() noexcept
    {
        follow_generation();
        newest_ = segment_.slots().newest().counter;
        return newest_ > after_;
    }

    // The same from the word that is for spinning readers, which lies apart from those that the writer writes first.
    bool holds_by_published_word() noexcept
    {
        const uint64_t newest = segment_.published().load_acquire();
        if (newest <= after_)
            return false;
        if (follow_generation()) // the counter may be of the frames before
            return holds();
        newest_ = newest;
        return true;
    }

    uint64_t newest() const noexcept { return newest_; }
    uint32_t generation() const noexcept { return generation_; }

  private:
    bool follow_generation() noexcept
    {
        const uint32_t generation = segment_.generation();
        if (generation == generation_)
            return false;
        generation_ = generation;
        after_ = 0;
        return true;
    }

    const segment::Segment &segment_;
    uint32_t generation_;
    uint64_t after_;
    uint64_t newest_ = 0;
};

}
