// The frame that is waited for: the first whose counter exceeds a given one; once the counters began anew any frame, or still
// that one.
#pragma once

#include "segment/segment.hpp"

namespace dao::wait
{

// What a given counter means once the counters began anew: a place among the frames before, or a goal.
enum class Counter
{
    place,
    goal
};

class FrameCondition
{
  public:
    // `generation`: that of the segment when `after` was the counter of a frame.
    FrameCondition(const segment::Segment &segment, uint32_t generation, uint64_t after,
                   Counter meaning = Counter::place) noexcept
        : segment_(segment), generation_(generation), after_(after), meaning_(meaning)
    {
    }

    bool holds() noexcept
    {
        follow_generation();
        const uint64_t newest = segment_.slots().newest().counter;
        if (protocol::went_back(newest_, newest))
            begin_anew();
        newest_ = newest;
        return newest_ > after_;
    }

    // The same from the word that is for spinning readers, which lies apart from those that the writer writes first.
    bool holds_by_published_word() noexcept
    {
        const uint64_t newest = segment_.frame_generation().published();
        if (newest <= after_)
            return false;
        // The counter may be of the frames before.
        if (follow_generation() || newest != after_ + 1 || meaning_ == Counter::goal)
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
        newest_ = 0;
        begin_anew();
        return true;
    }
    void begin_anew() noexcept
    {
        if (meaning_ == Counter::place)
            after_ = 0;
    }

    const segment::Segment &segment_;
    uint32_t generation_;
    uint64_t after_;
    Counter meaning_;
    uint64_t newest_ = 0;
};

}
