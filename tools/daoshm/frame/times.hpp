/// Acquisition times as the numbers that files and JSON have.
#pragma once

#include <daoShm.hpp>

#include <chrono>
#include <cstdint>

namespace daoshm
{

/// Nanoseconds since the epoch.
inline int64_t acquired_ns(const Dao::ReadResult &frame)
{
    return frame.acquisition_time.time_since_epoch().count();
}

inline Dao::TimePoint time_point(int64_t since_epoch_ns)
{
    return Dao::TimePoint(std::chrono::nanoseconds(since_epoch_ns));
}

}
