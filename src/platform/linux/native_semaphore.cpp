// The C library's process-shared semaphores in shared memory.
#include "platform/linux/timed_wait.hpp"
#include "platform/platform.hpp"

#include "base/word.hpp"

#include <cerrno>
#include <cstring>
#include <semaphore.h>

namespace dao::platform
{
namespace
{

#if defined(__GLIBC__)
constexpr SemaphoreLayout own_layout = SemaphoreLayout::glibc;
#else
constexpr SemaphoreLayout own_layout = SemaphoreLayout::musl;
#endif

static_assert(sizeof(sem_t) <= native_semaphore_bytes);

// Others may look at the value while this library changes it.
bool value_is(sem_t &semaphore, uint32_t expected) noexcept
{
    uint32_t first = 0;
    std::memcpy(&first, &semaphore, sizeof first);
    return (first & 0x7fffffff) == expected;
}

// Whether the value is where segments expect it.
bool is_as_expected() noexcept
{
    sem_t semaphore;
    if (sem_init(&semaphore, 1, 0) != 0)
        return false;
    const bool expected = value_is(semaphore, 0) && sem_post(&semaphore) == 0 && value_is(semaphore, 1) &&
                          sem_post(&semaphore) == 0 && value_is(semaphore, 2) && sem_trywait(&semaphore) == 0 &&
                          value_is(semaphore, 1);
    sem_destroy(&semaphore);
    return expected;
}

const sem_t &fresh_semaphore() noexcept
{
    static const sem_t fresh = [] {
        sem_t semaphore;
        std::memset(&semaphore, 0, sizeof semaphore);
        sem_init(&semaphore, 1, 0);
        return semaphore;
    }();
    return fresh;
}

// What lies behind the value and the number of waiters never changes. Where other bytes are, in a file that is damaged, the
// C library may end the process.
bool is_intact(const void *place) noexcept
{
    constexpr size_t variable_bytes = 8;
    return std::memcmp(static_cast<const char *>(place) + variable_bytes,
                       reinterpret_cast<const char *>(&fresh_semaphore()) + variable_bytes,
                       sizeof(sem_t) - variable_bytes) == 0;
}

#if defined(__GLIBC__) && __SIZEOF_POINTER__ == 8 && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
// The library's own sleep ends the process where the kernel finds no memory under the semaphore, as when somebody has
// truncated the file just then. So the sleep is ours: on the value, counted among the sleepers, whose number lies in the
// upper half of the word, as long as it lasts. Each post is an exchange of that word: it comes after the count, and wakes,
// or before it, and the value is not 0. (glibc since 2.21: nptl/sem_waitcommon.c.)
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

Sleep sleep_on(void *place, int64_t timeout_ns) noexcept
{
    const Sleeper sleeper(place);
    return WaitWord(0).sleep_while_equal(static_cast<uint32_t *>(place), 0, timeout_ns);
}
#else
Sleep sleep_on(void *place, int64_t timeout_ns) noexcept
{
    if (timed_wait(static_cast<sem_t *>(place), timeout_ns) == 0)
    {
        sem_post(static_cast<sem_t *>(place)); // for the next that takes it
        return Sleep::woken;
    }
    return errno == EINTR ? Sleep::interrupted : Sleep::timed_out;
}
#endif

}

SemaphoreLayout semaphore_layout() noexcept
{
    static const SemaphoreLayout layout = is_as_expected() ? own_layout : SemaphoreLayout::none;
    return layout;
}

// As the library is loaded, for the reason given in posix/this_process.cpp.
[[maybe_unused]] const bool known_at_load = (fresh_semaphore(), semaphore_layout(), true);

void NativeSemaphore::initialise() noexcept
{
    sem_init(static_cast<sem_t *>(place_), 1, 0);
}

void NativeSemaphore::post() noexcept
{
    if (is_intact(place_))
        sem_post(static_cast<sem_t *>(place_));
}

bool NativeSemaphore::try_take() noexcept
{
    return is_intact(place_) && sem_trywait(static_cast<sem_t *>(place_)) == 0;
}

Sleep NativeSemaphore::wait(int64_t timeout_ns) noexcept
{
    if (try_take())
        return Sleep::woken;
    if (timeout_ns <= 0)
        return Sleep::timed_out;
    if (!is_intact(place_))
        return sleep_until(monotonic_ns() + timeout_ns);
    const Sleep sleep = sleep_on(place_, timeout_ns);
    if (try_take())
        return Sleep::woken;
    return sleep == Sleep::interrupted ? Sleep::interrupted : Sleep::timed_out; // another took it, perhaps
}

}
