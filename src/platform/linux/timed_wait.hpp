// Waiting for a semaphore of the C library for a limited time, by a clock that nobody sets.
#pragma once

#include "platform/platform.hpp"

#include <semaphore.h>

namespace dao::platform
{

// `woken`: a post was taken. `timed_out` may come early, where another took it.
Sleep timed_wait(sem_t *semaphore, int64_t timeout_ns) noexcept;

}
