#include "platform/platform.hpp"
#include "platform/thread_cancellation.hpp"

#include <sys/prctl.h>
#include <time.h>

namespace dao::platform
{
namespace
{

constexpr int64_t punctual_slack_ns = 1;

int64_t read_clock(clockid_t clock) noexcept
{
    timespec now;
    clock_gettime(clock, &now);
    return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}

int64_t realtime_ns() noexcept
{
    return read_clock(CLOCK_REALTIME);
}

int64_t realtime_coarse_ns() noexcept
{
    return read_clock(CLOCK_REALTIME_COARSE);
}

int64_t monotonic_ns() noexcept
{
    return read_clock(CLOCK_MONOTONIC);
}

// Threads of the real-time classes have no slack: reported as 0, or what is set has no effect.
PunctualTimers::PunctualTimers() noexcept : before_ns_(prctl(PR_GET_TIMERSLACK))
{
    if (before_ns_ > punctual_slack_ns)
        prctl(PR_SET_TIMERSLACK, punctual_slack_ns);
}

PunctualTimers::~PunctualTimers()
{
    if (before_ns_ > punctual_slack_ns)
        prctl(PR_SET_TIMERSLACK, before_ns_);
}

Sleep sleep_until(int64_t deadline_ns) noexcept
{
    const Uncancelled uncancelled;
    const timespec deadline{deadline_ns / 1'000'000'000, deadline_ns % 1'000'000'000};
    return clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, nullptr) == 0 ? Sleep::timed_out
                                                                                    : Sleep::interrupted;
}

}
