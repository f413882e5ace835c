#include "platform/linux/timed_wait.hpp"

#include "base/word.hpp"
#include "platform/posix/polling.hpp"
#include "platform/thread_cancellation.hpp"

#include <cerrno>
#include <time.h>

// Younger than the oldest C library that this is built for; null where it is missing.
// NOLINTNEXTLINE(readability-redundant-declaration)
extern "C" int sem_clockwait(sem_t *, clockid_t, const timespec *) __attribute__((weak));

namespace dao::platform
{
namespace
{

#if defined(__GLIBC__) && __SIZEOF_POINTER__ == 8 && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
// The library's own sleep ends the process where the kernel finds no memory under the semaphore, as when somebody has
// truncated the file just then, and before glibc 2.30 lasts an hour longer where the time of day is set back by an hour. So
// the sleep is ours: on the value, counted among the sleepers, whose number lies in the upper half of the word, as long as it
// lasts. Each post is an exchange of that word: it comes after the count, and wakes, or before it, and the value is not 0.
// (glibc since 2.21, named or not: nptl/sem_waitcommon.c.)
class Sleeper
{
  public:
    explicit Sleeper(void *place) noexcept : word_(static_cast<uint64_t *>(place)) { word_.fetch_add_relaxed(one); }
    ~Sleeper() { word_.fetch_add_relaxed(0 - one); }
    Sleeper(const Sleeper &) = delete;
    Sleeper &operator=(const Sleeper &) = delete;

  private:
    static constexpr uint64_t one = uint64_t{1} << 32;
    base::Word<uint64_t> word_;
};

Sleep wait_and_take(sem_t *semaphore, int64_t timeout_ns) noexcept
{
    Sleep sleep = Sleep::timed_out;
    {
        const Sleeper sleeper(semaphore);
        sleep = WaitWord(0).sleep_while_equal(reinterpret_cast<uint32_t *>(semaphore), 0, timeout_ns);
    }
    if (sem_trywait(semaphore) == 0)
        return Sleep::woken;
    return sleep == Sleep::interrupted ? Sleep::interrupted : Sleep::timed_out;
}
#else
Sleep result_of(int waited) noexcept
{
    return waited == 0 ? Sleep::woken : errno == EINTR ? Sleep::interrupted : Sleep::timed_out;
}

timespec as_timespec(int64_t ns) noexcept
{
    return {static_cast<time_t>(ns / 1'000'000'000), static_cast<long>(ns % 1'000'000'000)};
}

Sleep wait_and_take(sem_t *semaphore, int64_t timeout_ns) noexcept
{
    if (sem_clockwait != nullptr)
    {
        const timespec deadline = as_timespec(monotonic_ns() + timeout_ns);
        return result_of(sem_clockwait(semaphore, CLOCK_MONOTONIC, &deadline));
    }
#if defined(__GLIBC__) // its sleep is as long as the time of day says
    return poll_semaphore(semaphore, timeout_ns);
#else                  // musl: as long as the time of day said when it began
    const timespec deadline = as_timespec(realtime_ns() + timeout_ns);
    return result_of(sem_timedwait(semaphore, &deadline));
#endif
}
#endif

}

Sleep timed_wait(sem_t *semaphore, int64_t timeout_ns) noexcept
{
    const Uncancelled uncancelled;
    if (sem_trywait(semaphore) == 0)
        return Sleep::woken;
    return timeout_ns <= 0 ? Sleep::timed_out : wait_and_take(semaphore, timeout_ns);
}

}
