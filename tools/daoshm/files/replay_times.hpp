/// When the frames of a recording are due: as far apart as their acquisition times, but where those step.
#pragma once

#include <cstdint>
#include <vector>

#include "files/frame_file.hpp"

namespace daoshm
{

class ReplayTimes
{
  public:
    /// From the times of the frames. A step counts as one usual period: a time before the one preceding it, a time that
    /// was not set (0), and a pause over 10 s and ten usual periods that no missing frames explain.
    explicit ReplayTimes(const std::vector<FrameRecord> &records);

    /// In ns after the first frame; for index `count`, when the first is due again.
    int64_t due_ns(uint64_t index) const { return due_ns_[index]; }
    int64_t period_ns() const { return period_ns_; } ///< the usual one
    /// The frames before which the times step.
    const std::vector<uint64_t> &steps() const { return steps_; }

  private:
    int64_t period_ns_;
    std::vector<int64_t> due_ns_;
    std::vector<uint64_t> steps_;
};

}
