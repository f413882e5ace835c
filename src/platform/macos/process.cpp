#include "platform/platform.hpp"

#include "platform/posix/this_process.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <signal.h>
#include <sys/proc.h>
#include <sys/sysctl.h>
#include <unistd.h>

namespace dao::platform
{
namespace
{

// All process ids of this machine mean the same to all.
constexpr uint64_t whole_machine = 1;

enum class Answer
{
    there,
    nobody,
    refused // as a sandbox does
};

Answer ask_for_process(uint32_t pid, kinfo_proc &process) noexcept
{
    int question[] = {CTL_KERN, KERN_PROC, KERN_PROC_PID, static_cast<int>(pid)};
    size_t bytes = sizeof process;
    if (sysctl(question, 4, &process, &bytes, nullptr, 0) != 0)
        return Answer::refused;
    return bytes == sizeof process ? Answer::there : Answer::nobody;
}

uint64_t start_time(const kinfo_proc &process) noexcept
{
    const timeval &start = process.kp_proc.p_starttime;
    return static_cast<uint64_t>(start.tv_sec) * 1'000'000 + static_cast<uint64_t>(start.tv_usec);
}

}

ProcessInfo find_this_process() noexcept
{
    ProcessInfo info;
    kinfo_proc own{};
    info.identity = {static_cast<uint32_t>(getpid()), 0, whole_machine, whole_machine};
    if (ask_for_process(info.identity.pid, own) == Answer::there)
        info.identity.start_time = start_time(own);
    info.token = base::make_process_token(info.identity.pid, info.identity.start_time);
    return info;
}

Liveness check_process(const ProcessIdentity &process) noexcept
{
    if (process.pid == 0 || process.pid_namespace != whole_machine)
        return Liveness::unknown;
    if (kill(static_cast<pid_t>(process.pid), 0) != 0 && errno == ESRCH)
        return Liveness::dead;
    kinfo_proc found{};
    const Answer answer = ask_for_process(process.pid, found);
    if (answer == Answer::nobody)
        return Liveness::dead;
    if (answer == Answer::refused || process.start_time == 0)
        return Liveness::unknown;
    return found.kp_proc.p_stat != SZOMB && start_time(found) == process.start_time ? Liveness::alive : Liveness::dead;
}

bool is_stopped(const ProcessIdentity &process) noexcept
{
    kinfo_proc found{};
    return process.pid_namespace == whole_machine && ask_for_process(process.pid, found) == Answer::there &&
           start_time(found) == process.start_time && found.kp_proc.p_stat == SSTOP;
}

void process_name(uint32_t pid, char *name, size_t capacity) noexcept
{
    kinfo_proc process{};
    name[0] = 0;
    if (ask_for_process(pid, process) == Answer::there)
        std::snprintf(name, capacity, "%s", process.kp_proc.p_comm);
}

uint64_t random_number() noexcept
{
    uint64_t number = 0;
    arc4random_buf(&number, sizeof number);
    return number;
}

}
