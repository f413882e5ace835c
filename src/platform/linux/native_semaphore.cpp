// The C library's process-shared semaphores in shared memory.
#include "platform/linux/timed_wait.hpp"
#include "platform/platform.hpp"

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

void NativeSemaphore::post_at(void *place) noexcept
{
    if (is_intact(place))
        sem_post(static_cast<sem_t *>(place));
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
    return timed_wait(static_cast<sem_t *>(place_), timeout_ns);
}

}
