/// What watch measures: the counter and the times of every frame, read with only one of its elements.
#pragma once

#include <daoShm.hpp>

#include <cstdint>
#include <future>
#include <string>
#include <vector>

#include "commands/newest.hpp"

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
    FrameWatch(Dao::Image segment, DAO_WAIT_MODE wait);

    /// Whether frames are looked for now and then, as they wake nobody who may only read.
    bool polls() const { return segment_.info().read_only != 0; }
    /// The newest frame and the state, by a handle of its own, so that frames are collected meanwhile.
    std::future<Newest> look() const;
    /// Collect until `deadline_ns` on the monotonic clock. Throws when the segment was removed.
    /// @return false when interrupted
    bool collect(int64_t deadline_ns, Tally &tally);

  private:
    bool take_next(Tally &tally);
    bool take(const Dao::ReadResult &frame, bool was_waited_for, Tally &tally);
    void follow(Tally &tally);
    void count(const Dao::ReadResult &frame, int64_t woken_ns, bool was_waited_for, Tally &tally);

    Dao::Image segment_;
    Dao::NextOptions how_;
    std::vector<std::byte> element_;
    int64_t last_atime_ns_ = 0;
};

}
