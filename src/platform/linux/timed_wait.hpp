// Waiting for a semaphore of the C library for a limited time, by a clock that nobody sets.
#pragma once

#include <cstdint>
#include <semaphore.h>

namespace dao::platform
{

// 0 when a post was taken, else -1 and errno.
int timed_wait(sem_t *semaphore, int64_t timeout_ns) noexcept;

}
