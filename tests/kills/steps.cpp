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

bool kill_after(size_t count, Trail &trail, const std::function<void()> &prepare, const std::function<void()> &call)
{
    if (trail.is_empty())
    {
        SteppedProcess process(prepare, call);
        process.record(trail);
        process.step_until(Step::instruction, [] { return false; });
    }
    return on_trail(trail, [&] { return SteppedProcess(prepare, call).follow(trail, count) < count; });
}

bool kill_after_system_calls(size_t count, const std::function<void()> &prepare, const std::function<void()> &call)
{
    SteppedProcess process(prepare, call);
    for (size_t done = 0; done < count; ++done)
        if (!process.step(Step::system_call))
            return true;
    return false;
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
