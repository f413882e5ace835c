#include "platform/platform.hpp"

#include <time.h>

namespace dao::platform
{

int64_t realtime_coarse_ns() noexcept
{
    return realtime_ns(); // reads shared memory here, as cheap as it gets
}

Sleep sleep_until(int64_t deadline_ns) noexcept
{
    const int64_t left_ns = deadline_ns - monotonic_ns();
    if (left_ns <= 0)
        return Sleep::timed_out;
    const timespec left{left_ns / 1'000'000'000, left_ns % 1'000'000'000};
    return nanosleep(&left, nullptr) == 0 ? Sleep::timed_out : Sleep::interrupted;
}

}
