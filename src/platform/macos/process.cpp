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
    const auto pid = static_cast<uint32_t>(getpid());
    kinfo_proc own{};
    (void)ask_for_process(pid, own);
    ProcessInfo info;
    info.token = base::make_process_token(pid, start_time(own));
    return info;
}

bool is_alive(base::ProcessToken token) noexcept
{
    kinfo_proc process{};
    const uint32_t pid = base::token_pid(token);
    const Answer answer = ask_for_process(pid, process);
    if (answer == Answer::refused)
        return kill(static_cast<pid_t>(pid), 0) == 0 || errno == EPERM; // whether it is the same cannot be asked
    return answer == Answer::there && process.kp_proc.p_stat != SZOMB &&
           base::make_process_token(pid, start_time(process)) == (token & base::process_token_mask);
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
