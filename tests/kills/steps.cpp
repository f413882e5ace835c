#include "steps.hpp"

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

namespace kills
{
namespace
{

constexpr int ended_code = 4;

void end_at_once(int)
{
    _exit(ended_code);
}

[[noreturn]] void run_child(const std::function<void()> &prepare, const std::function<void()> &call,
                            const std::function<void()> &after)
{
    try
    {
        prepare();
        if (std::signal(SIGUSR1, end_at_once) == SIG_ERR || ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0)
            _exit(2);
        raise(SIGSTOP); // from here the parent counts
        call();
        raise(SIGSTOP); // to here
        after();
        raise(SIGSTOP);
        _exit(0);
    }
    catch (const std::exception &error)
    {
        std::fprintf(stderr, "in the stepped process: %s\n", error.what());
    }
    _exit(3);
}

int status_of(pid_t child, int options)
{
    int status = 0;
    while (waitpid(child, &status, options) < 0)
        if (errno != EINTR)
            throw std::runtime_error("cannot wait for the stepped process");
    return status;
}

}

// Where the system does not let us choose, steps just take longer.
OneProcessor::OneProcessor()
{
    CPU_ZERO(&before_);
    (void)sched_getaffinity(0, sizeof before_, &before_);
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<size_t>(sched_getcpu()), &one);
    (void)sched_setaffinity(0, sizeof one, &one);
}

OneProcessor::~OneProcessor()
{
    (void)sched_setaffinity(0, sizeof before_, &before_);
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
    const int status = status_of(child_, 0);
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
    if (recorded_ != nullptr)
        if (const auto address = next_instruction())
            recorded_->add(*address);
    resume(step == Step::instruction ? PTRACE_SINGLESTEP : PTRACE_SYSCALL);
    int signal_number = 0;
    if (!wait_for_stop(signal_number))
        throw std::runtime_error("the stepped process ended by itself");
    has_ended_ = signal_number == SIGSTOP;
    return !has_ended_;
}

std::optional<uintptr_t> SteppedProcess::next_instruction() const
{
#if defined(__x86_64__)
    errno = 0;
    const long address = ptrace(PTRACE_PEEKUSER, child_, offsetof(user, regs.rip), nullptr);
    if (errno == 0)
        return static_cast<uintptr_t>(address);
#endif
    return std::nullopt; // on other processors each step is gone
}

// Lets the call go to the instruction at that address, by a breakpoint. False when there can be none.
bool SteppedProcess::run_to([[maybe_unused]] uintptr_t address)
{
#if defined(__x86_64__)
    const auto place = reinterpret_cast<void *>(address);
    const auto write = [&](long code) { return ptrace(PTRACE_POKETEXT, child_, place, code) == 0; };
    errno = 0;
    const long code = ptrace(PTRACE_PEEKTEXT, child_, place, nullptr);
    if (errno != 0 || !write((code & ~0xffl) | 0xcc)) // int3
        return false;
    resume(PTRACE_CONT);
    int signal_number = 0;
    if (!wait_for_stop(signal_number))
        throw std::runtime_error("the stepped process ended by itself");
    if (signal_number != SIGTRAP)
        throw LeftTheTrail();
    if (!write(code) || ptrace(PTRACE_POKEUSER, child_, offsetof(user, regs.rip), address) != 0)
        throw std::runtime_error("cannot take a breakpoint out of the process");
    return true;
#else
    return false;
#endif
}

size_t SteppedProcess::follow(const Trail &trail, size_t count)
{
    size_t done = 0;
    if (const auto mark = trail.mark_up_to(count); mark && run_to(mark->address))
        done = mark->steps;
    while (done < count && step(Step::instruction))
        ++done;
    return done;
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

const char *name_of(Way way)
{
    switch (way)
    {
    case Way::killed:
        return "killed";
    case Way::ended:
        return "ended";
    case Way::stopped:
        return "stopped";
    }
    return "";
}

// A signal is taken at this very instruction, or where the call next lets signals in.
void SteppedProcess::break_off(Way way)
{
    if (way == Way::killed)
        kill();
    else if (way == Way::stopped)
        detach_stopped();
    else
        end_itself();
}

void SteppedProcess::detach_stopped()
{
    if (ptrace(PTRACE_DETACH, child_, nullptr, SIGSTOP) != 0 || !WIFSTOPPED(status_of(child_, WUNTRACED)))
        throw std::runtime_error("cannot stop the process");
}

void SteppedProcess::end_itself()
{
    int signal_number = SIGUSR1;
    int status = 0;
    do
    {
        if (ptrace(PTRACE_CONT, child_, nullptr, signal_number) != 0)
            throw std::runtime_error("cannot end the process");
        status = status_of(child_, 0);
        signal_number = WIFSTOPPED(status) && WSTOPSIG(status) == SIGUSR1 ? SIGUSR1 : 0;
    } while (WIFSTOPPED(status));
    child_ = 0;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != ended_code)
        throw std::runtime_error("the process did not end itself");
}

bool SteppedProcess::go_on_after_stop()
{
    int status = 0;
    do
    {
        if (::kill(child_, SIGCONT) != 0)
            throw std::runtime_error("cannot continue the process");
        status = status_of(child_, WUNTRACED);
    } while (WIFSTOPPED(status)); // where the call ends, and after it
    child_ = 0;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

Course course_of(const std::function<bool()> &has_changed, const std::function<void()> &prepare,
                 const std::function<void()> &call)
{
    Course course;
    SteppedProcess process(prepare, call);
    process.record(course.trail);
    (void)has_changed(); // what the preparation did
    while (process.step(Step::instruction))
    {
        ++course.steps;
        if (has_changed())
            course.marked.push_back(course.steps);
    }
    return course;
}

bool kill_once(const std::function<bool()> &reached, const std::function<void()> &prepare,
               const std::function<void()> &call, Trail *trail)
{
    constexpr size_t margin = 200; // the way may be some instructions shorter
    SteppedProcess process(prepare, call);
    if (trail != nullptr && trail->is_empty())
        process.record(*trail);
    else if (trail != nullptr && trail->steps() > margin)
        try
        {
            process.follow(*trail, trail->steps() - margin);
        }
        catch (const LeftTheTrail &)
        {
            trail->forget();
            throw;
        }
    return process.step_until(Step::instruction, reached);
}

}
