#include "platform/posix/this_process.hpp"

#include <pthread.h>

namespace dao::platform
{
namespace
{

ProcessInfo info;

void refresh() noexcept
{
    info = find_this_process();
}

void begin() noexcept
{
    refresh();
    pthread_atfork(nullptr, nullptr, refresh); // the child is another process
}

}

void at_fork(void (*before)() noexcept, void (*in_parent)() noexcept, void (*in_child)() noexcept) noexcept
{
    pthread_atfork(before, in_parent, in_child);
}

const ProcessInfo &this_process() noexcept
{
    static const bool begun = (begin(), true);
    (void)begun;
    return info;
}

// As the library is loaded, when no other thread knows it: in the child of a fork beside a thread that is the first in there,
// everybody would wait for that thread.
[[maybe_unused]] const bool begun_at_load = (this_process(), true);

}
