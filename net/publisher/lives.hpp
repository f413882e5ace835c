// The lives of a segment: its counter begins anew when it is replaced, made again in place, or set back by hand.
#pragma once

#include <cstdint>

namespace dao::net
{

// What a frame says of its life. A counter that is set back changes nothing in it.
struct Birth
{
    uint64_t segment_id = 0;
    uint32_t generation = 0;
    bool operator==(const Birth &) const = default;
};

// Where one who reads frames in order is.
struct Place
{
    uint32_t life = 0; // 0: before the first frame
    Birth birth;
    uint64_t cnt0 = 0;
};

class Lives
{
  public:
    // The newest frame is this one.
    void see_newest(const Birth &birth, uint64_t cnt0);
    // The reader gets this frame. Returns how many of the life before are known to have been published after its last one.
    uint64_t move(Place &place, const Birth &birth, uint64_t cnt0);
    // How often the counter of this birth was set back.
    uint32_t set_backs(const Birth &birth) const { return birth == birth_ ? set_backs_ : 0; }

  private:
    void begin(const Birth &birth, uint64_t cnt0);

    uint32_t number_ = 0;
    Birth birth_;
    uint32_t set_backs_ = 0;
    uint64_t highest_ = 0; // counter that was seen in this life
    uint64_t former_highest_ = 0;
};

}
