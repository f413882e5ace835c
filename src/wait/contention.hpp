// Do others want the processor of a reader that spins? Where many do, whoever spends more of it gets it later: the reader
// then rests, that is, sleeps plainly, for a while. A pause now and then, as virtual machines have, delays a sleeper as well
// and changes nothing: in one of a thousand frames the adaptive wait may be later than the plain one.
#pragma once

#include <algorithm>
#include <cstdint>

namespace dao::wait
{

class Contention
{
  public:
    bool is_resting() const noexcept { return frames_to_rest_ > 0; }

    // A timed sleep ended so late.
    void slept(int64_t late_ns) noexcept
    {
        const bool is_late = late_ns > late_sleep_ns;
        if (is_late && sleeps_since_late_ < sleeps_between)
            found();
        sleeps_since_late_ = is_late ? 0 : std::min(sleeps_since_late_ + 1, sleeps_between);
    }
    // A spin ended. `longest_pause_ns`: between two of its readings of the clock.
    void spun(int64_t longest_pause_ns) noexcept
    {
        if (longest_pause_ns > pause_ns)
            found();
    }
    void saw_frame() noexcept
    {
        if (frames_to_rest_ > 0)
            --frames_to_rest_;
        else
            frames_unharmed_ = std::min(frames_unharmed_ + 1, least_rest_frames);
    }

  private:
    static constexpr int64_t pause_ns = 300'000;
    static constexpr int64_t late_sleep_ns = 1'000'000;
    static constexpr uint32_t sleeps_between = 16; // a late sleep is a sign only soon after another
    static constexpr uint32_t least_rest_frames = 1024;
    static constexpr uint32_t most_rest_frames = 16'384;

    void found() noexcept
    {
        const bool is_rare = frames_unharmed_ == least_rest_frames;
        frames_unharmed_ = 0;
        frames_to_rest_ = is_rare ? 0 : rest_frames_;
        rest_frames_ = is_rare ? least_rest_frames : std::min(2 * rest_frames_, most_rest_frames);
    }

    uint32_t frames_unharmed_ = least_rest_frames; // while not resting
    uint32_t sleeps_since_late_ = sleeps_between;
    uint32_t frames_to_rest_ = 0;
    uint32_t rest_frames_ = least_rest_frames;
};

}
