// The guard against files that other programs truncate while they are mapped here.
#pragma once

#include "platform/posix/watched_memory.hpp"

#include <signal.h>

namespace dao::platform
{

// Installs the guard's signal handler at the first call, unless it is switched off.
void install_guard() noexcept;

// Makes the page at a faulting address usable and marks its mapping. False when the fault is not this library's, or
// the system refuses. Safe in a signal handler.
bool recover_from_fault(uintptr_t address) noexcept;

}
