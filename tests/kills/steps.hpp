// A child process that is killed after so many steps of a call: instructions of the processor, or calls of the system.
#pragma once

#include <cstddef>
#include <functional>
#include <sys/types.h>

namespace kills
{

enum class Step
{
    instruction,
    system_call // entering or leaving one
};

// Forks; the child calls `prepare`, then `call`, and is killed with SIGKILL after `count` steps of `call`. Returns whether
// the call had ended before.
bool kill_after(Step step, size_t count, const std::function<void()> &prepare, const std::function<void()> &call);

}
