// Waiting for a kernel object, a point in time, or Ctrl-C.
#pragma once

#include "platform/platform.hpp"

#include <cstdint>

namespace dao::platform
{

// Waits until `object` (which may be null) is signalled, at most `timeout_ns`. Ctrl-C and its equivalents end it:
// `interrupted`. Any other handler of theirs that the program has works as before.
Sleep wait_for(void *object, int64_t timeout_ns) noexcept;

// How many times Ctrl-C or an equivalent came, as far as this library watched.
uint32_t interrupt_count() noexcept;

// Puts this library's notice of Ctrl-C before the handlers that the program installed so far.
void watch_interrupts() noexcept;

}
