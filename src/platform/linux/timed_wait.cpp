#include "platform/linux/timed_wait.hpp"

#include "platform/platform.hpp"
#include "platform/thread_cancellation.hpp"

#include <time.h>

// Younger than the oldest C library that this is built for; null where it is missing.
// NOLINTNEXTLINE(readability-redundant-declaration)
extern "C" int sem_clockwait(sem_t *, clockid_t, const timespec *) __attribute__((weak));

namespace dao::platform
{
namespace
{

timespec as_timespec(int64_t ns) noexcept
{
    return {ns / 1'000'000'000, ns % 1'000'000'000};
}

}

int timed_wait(sem_t *semaphore, int64_t timeout_ns) noexcept
{
    const Uncancelled uncancelled;
    if (sem_clockwait != nullptr)
    {
        const timespec deadline = as_timespec(monotonic_ns() + timeout_ns);
        return sem_clockwait(semaphore, CLOCK_MONOTONIC, &deadline);
    }
    const timespec deadline = as_timespec(realtime_ns() + timeout_ns);
    return sem_timedwait(semaphore, &deadline);
}

}
