// The ways to wait for a frame, for tests that hold for all of them.
#pragma once

#include <chrono>
#include <dao.h>
#include <string>

namespace test
{

enum class Way
{
    semaphore,
    sleeping,
    spinning,
    adaptive
};

constexpr Way all_ways[] = {Way::semaphore, Way::sleeping, Way::spinning, Way::adaptive};

inline const char *name_of(Way way)
{
    constexpr const char *names[] = {"Semaphore", "Sleeping", "Spinning", "Adaptive"};
    return names[static_cast<int>(way)];
}

inline Way way_of(const std::string &name)
{
    for (const Way way : all_ways)
        if (name == name_of(way))
            return way;
    return Way::sleeping;
}

inline timespec realtime_after(int64_t delay_ns)
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const int64_t at_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count() + delay_ns;
    timespec result{};
    result.tv_sec = static_cast<decltype(result.tv_sec)>(at_ns / 1'000'000'000);
    result.tv_nsec = static_cast<decltype(result.tv_nsec)>(at_ns % 1'000'000'000);
    return result;
}

/** Waits for a frame after `after`; for a semaphore: for the post of number `semaphore`. */
inline int_fast8_t wait_for_frame(IMAGE *image, Way way, uint64_t after, int64_t timeout_ns, int32_t semaphore = 0)
{
    switch (way)
    {
    case Way::semaphore:
    {
        if (timeout_ns < 0)
            return daoShmWaitForSemaphore(image, semaphore);
        const timespec deadline = realtime_after(timeout_ns);
        return daoShmWaitForSemaphoreTimeout(image, semaphore, &deadline);
    }
    case Way::sleeping:
        return daoShmWaitForFrame(image, after, timeout_ns);
    case Way::spinning:
        return daoShmWaitForFrameSpin(image, after, timeout_ns);
    case Way::adaptive:
        break;
    }
    return daoShmWaitForFrameAdaptive(image, after, timeout_ns);
}

}
