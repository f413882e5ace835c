#include "platform/platform.hpp"

#include <cerrno>
#include <fcntl.h>
#include <semaphore.h>
#include <time.h>
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
    sem_t *opened = create ? sem_open(semaphore_name, O_CREAT, static_cast<mode_t>(mode), 0u)
                           : sem_open(semaphore_name, 0);
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
    int value = 0;
    if (sem_getvalue(semaphore(native_), &value) == 0 && value < 1)
        sem_post(semaphore(native_));
}

Sleep NamedSemaphore::wait(int64_t timeout_ns) noexcept
{
    const int64_t deadline_ns = realtime_ns() + timeout_ns;
    const timespec deadline{deadline_ns / 1'000'000'000, deadline_ns % 1'000'000'000};
    if (sem_timedwait(semaphore(native_), &deadline) == 0)
        return Sleep::woken;
    return errno == EINTR ? Sleep::interrupted : Sleep::timed_out;
}

void NamedSemaphore::remove(const char *semaphore_name) noexcept
{
    sem_unlink(semaphore_name);
}

}
