#include "platform/posix/this_process.hpp"

#include <pthread.h>

namespace dao::platform
{
namespace
{

ProcessFacts facts;

void refresh() noexcept
{
    facts = find_this_process();
}

void begin() noexcept
{
    refresh();
    pthread_atfork(nullptr, nullptr, refresh); // the child is another process
}

}

const ProcessFacts &this_process() noexcept
{
    static const bool begun = (begin(), true);
    (void)begun;
    return facts;
}

}
