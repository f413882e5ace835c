#include "platform/platform.hpp"

#include "windows.hpp"

namespace daoshm
{

void hasten_this_thread()
{
    SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_HIGHEST);
}

void put_this_thread_first()
{
    SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_TIME_CRITICAL);
}

}
