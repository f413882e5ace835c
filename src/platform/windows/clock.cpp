#include "platform/platform.hpp"

#include <cstdlib>
#include <ctime>
#include <windows.h>

namespace dao::platform
{
namespace
{

constexpr int64_t second_ns = 1'000'000'000;

// Windows counts 100 ns from the year 1601.
int64_t since_epoch_ns(const FILETIME &time) noexcept
{
    constexpr int64_t epoch = 116'444'736'000'000'000;
    const auto ticks = static_cast<int64_t>((uint64_t{time.dwHighDateTime} << 32) | time.dwLowDateTime);
    return (ticks - epoch) * 100;
}

int64_t ticks_per_second() noexcept
{
    LARGE_INTEGER frequency;
    QueryPerformanceFrequency(&frequency);
    return frequency.QuadPart;
}

}

int64_t realtime_ns() noexcept
{
    FILETIME now;
    GetSystemTimePreciseAsFileTime(&now);
    return since_epoch_ns(now);
}

int64_t realtime_coarse_ns() noexcept
{
    FILETIME now;
    GetSystemTimeAsFileTime(&now);
    return since_epoch_ns(now);
}

int64_t monotonic_ns() noexcept
{
    static const int64_t frequency = ticks_per_second();
    LARGE_INTEGER ticks;
    QueryPerformanceCounter(&ticks);
    return ticks.QuadPart / frequency * second_ns + ticks.QuadPart % frequency * second_ns / frequency;
}

PunctualTimers::PunctualTimers() noexcept = default;

PunctualTimers::~PunctualTimers() = default;

void pause() noexcept
{
    YieldProcessor();
}

const char *environment(const char *variable) noexcept
{
    return std::getenv(variable);
}

void format_local_time(int64_t realtime_ns, char *text, size_t capacity) noexcept
{
    const std::time_t seconds = realtime_ns / second_ns;
    std::tm local;
    if (localtime_s(&local, &seconds) != 0 || std::strftime(text, capacity, "%Y-%m-%d_%H:%M:%S", &local) == 0)
        text[0] = 0;
}

}
