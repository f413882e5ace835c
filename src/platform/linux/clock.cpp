#include "platform/platform.hpp"

#include <time.h>

namespace dao::platform
{

int64_t realtime_coarse_ns() noexcept
{
    timespec now;
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

Sleep sleep_until(int64_t deadline_ns) noexcept
{
    const timespec deadline{deadline_ns / 1'000'000'000, deadline_ns % 1'000'000'000};
    return clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, nullptr) == 0 ? Sleep::timed_out
                                                                                    : Sleep::interrupted;
}

}
