#include "steps.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

namespace kills
{
namespace
{

void run_child(const std::function<void()> &prepare, const std::function<void()> &call)
{
    try
    {
        prepare();
        if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0)
            _exit(2);
        raise(SIGSTOP); // from here the parent counts
        call();
        raise(SIGSTOP); // to here
    }
    catch (const std::exception &)
    {
    }
    _exit(3);
}

// The signal that stopped the child; an exception when it ended by itself.
int wait_for_stop(pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            throw std::runtime_error("cannot wait for the child");
    if (!WIFSTOPPED(status))
        throw std::runtime_error("the child ended by itself");
    return WSTOPSIG(status);
}

bool step_on(pid_t child, Step step, size_t count)
{
    const auto request = step == Step::instruction ? PTRACE_SINGLESTEP : PTRACE_SYSCALL;
    for (size_t done = 0; done < count; ++done)
    {
        if (ptrace(request, child, nullptr, nullptr) != 0)
            throw std::runtime_error("cannot step the child");
        if (wait_for_stop(child) == SIGSTOP)
            return true;
    }
    return false;
}

}

bool kill_after(Step step, size_t count, const std::function<void()> &prepare, const std::function<void()> &call)
{
    const pid_t child = fork();
    if (child < 0)
        throw std::runtime_error("cannot fork");
    if (child == 0)
        run_child(prepare, call);
    bool has_ended = false;
    try
    {
        (void)wait_for_stop(child);
        has_ended = step_on(child, step, count);
    }
    catch (...)
    {
        kill(child, SIGKILL);
        waitpid(child, nullptr, 0);
        throw;
    }
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    return has_ended;
}

}
