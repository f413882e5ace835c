#include "steps.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

namespace kills
{
namespace
{

[[noreturn]] void run_child(const std::function<void()> &prepare, const std::function<void()> &call,
                            const std::function<void()> &after)
{
    try
    {
        prepare();
        if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0)
            _exit(2);
        raise(SIGSTOP); // from here the parent counts
        call();
        raise(SIGSTOP); // to here
        after();
        raise(SIGSTOP);
    }
    catch (const std::exception &error)
    {
        std::fprintf(stderr, "in the stepped process: %s\n", error.what());
    }
    _exit(3);
}

}

SteppedProcess::SteppedProcess(const std::function<void()> &prepare, const std::function<void()> &call,
                               const std::function<void()> &after)
    : child_(fork())
{
    if (child_ < 0)
        throw std::runtime_error("cannot fork");
    if (child_ == 0)
        run_child(prepare, call, after);
    int signal_number = 0;
    if (!wait_for_stop(signal_number))
        throw std::runtime_error("the stepped process ended before its call");
}

SteppedProcess::~SteppedProcess()
{
    kill();
}

void SteppedProcess::kill() noexcept
{
    if (child_ <= 0)
        return;
    ::kill(child_, SIGKILL);
    while (waitpid(child_, nullptr, 0) < 0 && errno == EINTR)
    {
    }
    child_ = 0;
}

void SteppedProcess::resume(int request) const
{
    if (ptrace(static_cast<__ptrace_request>(request), child_, nullptr, nullptr) != 0)
        throw std::runtime_error("cannot step the process");
}

bool SteppedProcess::wait_for_stop(int &signal_number)
{
    int status = 0;
    while (waitpid(child_, &status, 0) < 0)
        if (errno != EINTR)
            throw std::runtime_error("cannot wait for the stepped process");
    if (!WIFSTOPPED(status))
    {
        child_ = 0;
        return false;
    }
    signal_number = WSTOPSIG(status);
    return true;
}

bool SteppedProcess::step(Step step)
{
    if (has_ended_)
        return false;
    resume(step == Step::instruction ? PTRACE_SINGLESTEP : PTRACE_SYSCALL);
    int signal_number = 0;
    if (!wait_for_stop(signal_number))
        throw std::runtime_error("the stepped process ended by itself");
    has_ended_ = signal_number == SIGSTOP;
    return !has_ended_;
}

bool SteppedProcess::step_until(Step step, const std::function<bool()> &reached)
{
    while (!reached())
        if (!this->step(step))
            return reached();
    return true;
}

// To the next stop. False when the process ended before.
bool SteppedProcess::go_on()
{
    resume(PTRACE_CONT);
    int signal_number = 0;
    return wait_for_stop(signal_number);
}

bool SteppedProcess::finish()
{
    has_ended_ = has_ended_ || go_on();
    return has_ended_ && go_on();
}

bool kill_after(Step step, size_t count, const std::function<void()> &prepare, const std::function<void()> &call)
{
    SteppedProcess process(prepare, call);
    for (size_t done = 0; done < count; ++done)
        if (!process.step(step))
            return true;
    return false;
}

bool kill_once(const std::function<bool()> &reached, const std::function<void()> &prepare,
               const std::function<void()> &call)
{
    return SteppedProcess(prepare, call).step_until(Step::instruction, reached);
}

}
