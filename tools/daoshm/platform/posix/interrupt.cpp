#include "platform/platform.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace daoshm
{

namespace
{

void (*interrupt_handler)() = nullptr;
void (*suspension_handler)() = nullptr;

std::atomic<bool> was_interrupted{false};

/// A byte in it wakes who polls it. Made before a handler can be called; -1 without descriptors.
int wake_pipe[2] = {-1, -1};

void open_wake_pipe()
{
    if (::pipe(wake_pipe) != 0)
        return;
    for (const int end : wake_pipe)
    {
        ::fcntl(end, F_SETFD, FD_CLOEXEC);
        ::fcntl(end, F_SETFL, O_NONBLOCK);
    }
}

extern "C" void on_signal(int)
{
    was_interrupted = true;
    interrupt_handler();
}

/// Not std::signal(), after which a write that nobody takes would be begun anew.
void catch_signal(int number)
{
    struct sigaction action = {};
    action.sa_handler = on_signal;
    sigaction(number, &action, nullptr);
}

/// A signal that ends a process by default and is no crash: batch systems send some before they kill, whoever started the
/// process may have set a timer, the power fails. nohup and shells keep some off, and profilers have handlers of their own.
void catch_unless_taken(int number)
{
    struct sigaction present = {};
    if (sigaction(number, nullptr, &present) == 0 && present.sa_handler == SIG_DFL)
        catch_signal(number);
}

extern "C" void on_stop_signal(int signal_number)
{
    std::signal(signal_number, on_stop_signal);
    suspension_handler();
}

}

void on_interrupt(void (*handler)())
{
    interrupt_handler = handler;
    open_wake_pipe();
    for (const int number : {SIGINT, SIGTERM})
        catch_signal(number);
    for (const int number : {SIGHUP, SIGQUIT, SIGXCPU, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF})
        catch_unless_taken(number);
#ifdef __linux__
    for (const int number : {SIGPWR, SIGIO})
        catch_unless_taken(number);
    for (int number = SIGRTMIN; number <= SIGRTMAX; ++number)
        catch_unless_taken(number);
#endif
}

void on_suspension(void (*handler)())
{
    if (handler != nullptr)
        suspension_handler = handler;
    if (std::signal(SIGTSTP, handler != nullptr ? on_stop_signal : SIG_DFL) == SIG_IGN) // as in a shell without jobs
        std::signal(SIGTSTP, SIG_IGN);
}

void suspend()
{
    std::raise(SIGTSTP);
}

void wake_sleeper()
{
    const int error = errno;
    const char byte = 0;
    (void)!::write(wake_pipe[1], &byte, 1);
    errno = error;
}

void sleep_until_woken(int64_t duration_ms)
{
    constexpr int64_t longest_ms = 1'000'000, blind_ms = 20; // without the pipe the caller looks now and then
    pollfd woken = {wake_pipe[0], POLLIN, 0};                // one below 0 is passed over
    char bytes[64];
    if (::poll(&woken, 1, static_cast<int>(std::min(duration_ms, woken.fd < 0 ? blind_ms : longest_ms))) > 0)
        (void)!::read(woken.fd, bytes, sizeof bytes);
}

bool wait_for_input()
{
    pollfd either[] = {{STDIN_FILENO, POLLIN, 0}, {wake_pipe[0], POLLIN, 0}};
    return ::poll(either, 2, -1) > 0 && either[0].revents != 0;
}

bool is_taken(OutputStream stream)
{
    constexpr int patience_ms = 1000;
    static std::atomic<bool> is_given_up[2] = {false, false};
    std::atomic<bool> &given_up = is_given_up[stream == OutputStream::errors ? 1 : 0];
    pollfd output = {stream == OutputStream::errors ? STDERR_FILENO : STDOUT_FILENO, POLLOUT, 0};
    if (was_interrupted && !given_up && ::poll(&output, 1, patience_ms) == 0)
        given_up = true;
    return !given_up;
}

void give_up_output()
{
    const int nothing = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nothing < 0)
        return;
    ::dup2(nothing, STDOUT_FILENO);
    ::close(nothing);
}

void report_file_size_limit()
{
    std::signal(SIGXFSZ, SIG_IGN);
}

}
