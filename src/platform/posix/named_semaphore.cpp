// What Linux and macOS share of DAO's named semaphores; waiting and posting are each system's own.
#include "platform/platform.hpp"
#include "platform/thread_cancellation.hpp"

#include <fcntl.h>
#include <semaphore.h>

namespace dao::platform
{

void close_semaphore(void *native) noexcept
{
    const Uncancelled uncancelled;
    sem_close(static_cast<sem_t *>(native));
}

bool NamedSemaphore::open(const char *semaphore_name, bool create, uint32_t mode) noexcept
{
    if (is_open())
        return true;
    const Uncancelled uncancelled;
    sem_t *opened =
        create ? sem_open(semaphore_name, O_CREAT, static_cast<unsigned>(mode), 0u) : sem_open(semaphore_name, 0);
    if (opened != SEM_FAILED)
        native_.store(opened, std::memory_order_release);
    return is_open();
}

void NamedSemaphore::remove(const char *semaphore_name) noexcept
{
    sem_unlink(semaphore_name);
}

}
