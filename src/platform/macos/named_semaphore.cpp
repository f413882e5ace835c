// macOS has named semaphores, but can neither wait for one with a time limit nor tell its value. Names have at most 30
// bytes: longer ones cannot be opened.
#include "platform/platform.hpp"
#include "platform/posix/polling.hpp"

namespace dao::platform
{

void NamedSemaphore::post() noexcept
{
    // Taking a post that is there and giving it back leaves it.
    (void)sem_trywait(static_cast<sem_t *>(native()));
    sem_post(static_cast<sem_t *>(native()));
}

// They are no files, and made with the mode that is asked for.
void NamedSemaphore::share_as(const char *, const File &) noexcept {}

Sleep NamedSemaphore::wait(int64_t timeout_ns) noexcept
{
    return poll_semaphore(static_cast<sem_t *>(native()), timeout_ns);
}

}
