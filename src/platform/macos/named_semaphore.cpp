// macOS has named semaphores, but can neither wait for one with a time limit nor tell its value. Names have at most 30
// bytes: longer ones cannot be opened.
#include "platform/platform.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <semaphore.h>
#include <utility>

namespace dao::platform
{
namespace
{

sem_t *semaphore(void *native) noexcept
{
    return static_cast<sem_t *>(native);
}

}

NamedSemaphore::~NamedSemaphore()
{
    close();
}

NamedSemaphore::NamedSemaphore(NamedSemaphore &&other) noexcept : native_(std::exchange(other.native_, nullptr)) {}

NamedSemaphore &NamedSemaphore::operator=(NamedSemaphore &&other) noexcept
{
    close();
    native_ = std::exchange(other.native_, nullptr);
    return *this;
}

bool NamedSemaphore::open(const char *semaphore_name, bool create, uint32_t mode) noexcept
{
    close();
    sem_t *opened =
        create ? sem_open(semaphore_name, O_CREAT, static_cast<int>(mode), 0u) : sem_open(semaphore_name, 0);
    if (opened != SEM_FAILED)
        native_ = opened;
    return is_open();
}

void NamedSemaphore::close() noexcept
{
    if (is_open())
        sem_close(semaphore(native_));
    native_ = nullptr;
}

void NamedSemaphore::post() noexcept
{
    // Taking a post that is there and giving it back leaves it.
    (void)sem_trywait(semaphore(native_));
    sem_post(semaphore(native_));
}

Sleep NamedSemaphore::wait(int64_t timeout_ns) noexcept
{
    constexpr int64_t pause_ns = 100'000;
    const int64_t deadline_ns = monotonic_ns() + timeout_ns;
    while (sem_trywait(semaphore(native_)) != 0)
    {
        const int64_t now_ns = monotonic_ns();
        if (now_ns >= deadline_ns)
            return Sleep::timed_out;
        if (sleep_until(std::min(deadline_ns, now_ns + pause_ns)) == Sleep::interrupted)
            return Sleep::interrupted;
    }
    return Sleep::woken;
}

void NamedSemaphore::remove(const char *semaphore_name) noexcept
{
    sem_unlink(semaphore_name);
}

}
