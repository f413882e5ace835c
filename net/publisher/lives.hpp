// The lives of a segment: its counter begins anew when it is replaced, made again in place, or set back by hand.
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <deque>

namespace dao::net
{

// What a frame says of its life. A counter that is set back changes nothing in it.
struct Birth
{
    uint64_t segment_id = 0;
    uint32_t generation = 0;
    bool operator==(const Birth &) const = default;
};

// A frame, or where one who reads frames is.
struct Place
{
    uint32_t life = 0; // 0: before the first frame
    uint64_t cnt0 = 0;
    auto operator<=>(const Place &) const = default;
};

struct Life
{
    uint32_t number = 0;
    Birth birth;
    uint32_t set_backs = 0; // of the counter, since that birth
    uint64_t before = 0;    // the counter when it began
    uint64_t highest = 0;   // that was seen in it
};

class Lives
{
  public:
    static constexpr size_t most = 2 * 64; // that a subscriber may have missed
    // The newest frame is this one.
    Place see_newest(const Birth &birth, uint64_t cnt0);
    // The reader gets this frame. Returns how many are known to have been published in earlier lives after its last one.
    uint64_t move(Place &place, const Birth &birth, uint64_t cnt0);
    // How often the counter of this birth was set back.
    uint32_t set_backs(const Birth &birth) const;
    // Whether frames of this birth are now of the life with that number.
    bool is_last(uint32_t number, const Birth &birth) const;
    // How many frames of its life may have been published before that one.
    uint64_t before(const Place &place) const;
    // How many frames are known to have been published after one and up to the other, which is no earlier.
    uint64_t between(const Place &one, const Place &other) const;
    // The last one of which that is true; null where there is none.
    template <class Condition>
    const Life *find(const Condition &condition) const
    {
        const auto found = std::find_if(lives_.rbegin(), lives_.rend(), condition);
        return found != lives_.rend() ? &*found : nullptr;
    }
    const Life *find(uint32_t number) const;
    const Life *find(const Birth &birth) const; // the last one
    size_t size() const { return lives_.size(); }

  private:
    void begin(const Birth &birth, uint64_t cnt0);
    void note(const Place &place);

    std::deque<Life> lives_;
};

}
