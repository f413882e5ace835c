// For systems on which processes share no semaphores in memory: segments get named ones there.
#include "platform/platform.hpp"

namespace dao::platform
{

SemaphoreLayout semaphore_layout() noexcept
{
    return SemaphoreLayout::none;
}

void NativeSemaphore::initialise() noexcept {}

void NativeSemaphore::post_at(void *) noexcept {}

bool NativeSemaphore::try_take() noexcept
{
    return false;
}

Sleep NativeSemaphore::wait(int64_t timeout_ns) noexcept
{
    return sleep_until(monotonic_ns() + timeout_ns);
}

}
