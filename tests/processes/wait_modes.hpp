// The modes of waiting for a frame, for tests that hold for all of them.
#pragma once

#include <chrono>
#include <dao.h>
#include <string>

namespace test
{

enum class WaitMode
{
    semaphore,
    sleeping,
    spinning,
    adaptive
};

constexpr WaitMode all_wait_modes[] = {WaitMode::semaphore, WaitMode::sleeping, WaitMode::spinning, WaitMode::adaptive};

inline const char *name_of(WaitMode mode)
{
    constexpr const char *names[] = {"Semaphore", "Sleeping", "Spinning", "Adaptive"};
    return names[static_cast<int>(mode)];
}

inline WaitMode wait_mode_of(const std::string &name)
{
    for (const WaitMode mode : all_wait_modes)
        if (name == name_of(mode))
            return mode;
    return WaitMode::sleeping;
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
inline int_fast8_t wait_for_frame(IMAGE *image, WaitMode mode, uint64_t after, int64_t timeout_ns,
                                  int32_t semaphore = 0)
{
    switch (mode)
    {
    case WaitMode::semaphore:
    {
        if (timeout_ns < 0)
            return daoShmWaitForSemaphore(image, semaphore);
        const timespec deadline = realtime_after(timeout_ns);
        return daoShmWaitForSemaphoreTimeout(image, semaphore, &deadline);
    }
    case WaitMode::sleeping:
        return daoShmWaitForFrame(image, after, timeout_ns);
    case WaitMode::spinning:
        return daoShmWaitForFrameSpin(image, after, timeout_ns);
    case WaitMode::adaptive:
        break;
    }
    return daoShmWaitForFrameAdaptive(image, after, timeout_ns);
}

}
