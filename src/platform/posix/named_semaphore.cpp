// What Linux and macOS share of DAO's named semaphores; waiting and posting are each system's own.
#include "platform/platform.hpp"

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
    sem_t *opened = create ? sem_open(semaphore_name, O_CREAT, static_cast<unsigned>(mode), 0u)
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

void NamedSemaphore::remove(const char *semaphore_name) noexcept
{
    sem_unlink(semaphore_name);
}

}
