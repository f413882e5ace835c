/// What watch measures: the counter and the times of every frame, read with only one of its elements.
#pragma once

#include <daoShm.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace daoshm
{

/// The counts and times of one interval.
struct Tally
{
    uint64_t frames = 0;
    uint64_t missed = 0;
    int64_t elapsed_ns = 0;
    uint64_t replaced = 0; ///< how often another segment took the name
    std::vector<double> periods_ns;
    std::vector<double> latencies_ns;
};

class FrameWatch
{
  public:
    FrameWatch(const std::string &segment, DAO_WAIT_MODE wait);

    std::string path() const { return segment_.name(); }
    /// Collect until `deadline_ns` on the monotonic clock. Throws when the segment was removed.
    /// @return false when interrupted
    bool collect(int64_t deadline_ns, Tally &tally);

  private:
    bool take(const Dao::ReadResult &frame, bool was_waited_for, Tally &tally);
    void follow(Tally &tally);
    void count(const Dao::ReadResult &frame, int64_t woken_ns, bool was_waited_for, Tally &tally);

    Dao::Image segment_;
    Dao::NextOptions how_;
    std::vector<std::byte> element_;
    int64_t last_atime_ns_ = 0;
};

}
