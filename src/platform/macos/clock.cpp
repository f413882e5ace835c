#include "platform/platform.hpp"
#include "platform/thread_cancellation.hpp"

#include <time.h>

namespace dao::platform
{

int64_t realtime_ns() noexcept
{
    return static_cast<int64_t>(clock_gettime_nsec_np(CLOCK_REALTIME)); // in whole microseconds
}

int64_t realtime_coarse_ns() noexcept
{
    return realtime_ns(); // only reads shared memory here: there is nothing cheaper
}

int64_t monotonic_ns() noexcept
{
    // CLOCK_MONOTONIC is made of the time of day here and counts whole microseconds. This one is what the system's
    // sleeps are measured by.
    return static_cast<int64_t>(clock_gettime_nsec_np(CLOCK_UPTIME_RAW));
}

PunctualTimers::PunctualTimers() noexcept = default;

PunctualTimers::~PunctualTimers() = default;

Sleep sleep_until(int64_t deadline_ns) noexcept
{
    const int64_t left_ns = deadline_ns - monotonic_ns();
    if (left_ns <= 0)
        return Sleep::timed_out;
    const Uncancelled uncancelled;
    const timespec left{left_ns / 1'000'000'000, left_ns % 1'000'000'000};
    return nanosleep(&left, nullptr) == 0 ? Sleep::timed_out : Sleep::interrupted;
}

}
