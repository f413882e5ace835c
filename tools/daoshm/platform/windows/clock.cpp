// The C++ library's clock of the day and its sleep go by the tick of 16 ms on some compilers.
#include "platform/platform.hpp"

#include <algorithm>
#include <memory>

#include "windows.hpp"

namespace daoshm
{

namespace
{

/// The timer of this thread, of high resolution where Windows has them (since Windows 10 1803).
HANDLE own_timer()
{
    constexpr DWORD high_resolution = 0x00000002;
    static thread_local const Handle timer = [] {
        HANDLE precise = CreateWaitableTimerExW(nullptr, nullptr, high_resolution, TIMER_ALL_ACCESS);
        return Handle(precise != nullptr ? precise : CreateWaitableTimerW(nullptr, FALSE, nullptr));
    }();
    return timer.get();
}

}

int64_t now_ns()
{
    constexpr int64_t epoch = 116'444'736'000'000'000; // from 1601, in 100 ns
    FILETIME now;
    GetSystemTimePreciseAsFileTime(&now);
    const uint64_t ticks = uint64_t{now.dwHighDateTime} << 32 | now.dwLowDateTime;
    return (static_cast<int64_t>(ticks) - epoch) * 100;
}

void sleep_ns(int64_t duration_ns)
{
    LARGE_INTEGER due;
    due.QuadPart = -std::max<int64_t>(duration_ns / 100, 1); // negative: from now, in 100 ns
    if (SetWaitableTimer(own_timer(), &due, 0, nullptr, nullptr, FALSE) != 0)
        WaitForSingleObject(own_timer(), INFINITE);
}

}
