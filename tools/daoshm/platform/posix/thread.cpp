#include "platform/memory.hpp"
#include "platform/platform.hpp"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

namespace daoshm
{

void hasten_this_thread()
{
#ifdef __linux__ // where a thread has a nice value of its own
    constexpr int nice_value = -15;
    setpriority(PRIO_PROCESS, 0, nice_value);
#endif
}

void put_this_thread_first()
{
#ifdef __linux__
    // A nice value counts only among the processes of a session (sched_autogroup), so that it is of no use against those
    // of another terminal.
    int policy = 0;
    sched_param found{};
    if (pthread_getschedparam(pthread_self(), &policy, &found) == 0 && policy != SCHED_OTHER)
        return; // the user chose
    sched_param lowest{};
    lowest.sched_priority = sched_get_priority_min(SCHED_RR);
    if (pthread_setschedparam(pthread_self(), SCHED_RR, &lowest) == 0)
        return;
#endif
    hasten_this_thread();
}

void hide_memory()
{
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
#ifdef __linux__
    prctl(PR_SET_DUMPABLE, 0); // also where core files go to a program, whatever the limit
#endif
}

}
