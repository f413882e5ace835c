#include "platform/memory.hpp"
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

void hide_memory()
{
    SetErrorMode(SetErrorMode(0) | SEM_NOGPFAULTERRORBOX); // no report of a crash, which has a part of the memory
}

}
