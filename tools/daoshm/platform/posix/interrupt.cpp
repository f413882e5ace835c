#include "platform/platform.hpp"

#include <csignal>

namespace daoshm
{

namespace
{

void (*interrupt_handler)() = nullptr;
void (*suspension_handler)() = nullptr;

extern "C" void on_signal(int signal_number)
{
    std::signal(signal_number, on_signal);
    interrupt_handler();
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
    for (const int number : {SIGINT, SIGTERM})
        std::signal(number, on_signal);
    // The latter three are what batch systems send before they kill; nohup and shells keep off others.
    for (const int number : {SIGHUP, SIGQUIT, SIGXCPU, SIGUSR1, SIGUSR2})
        if (std::signal(number, on_signal) == SIG_IGN)
            std::signal(number, SIG_IGN);
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

void report_file_size_limit()
{
    std::signal(SIGXFSZ, SIG_IGN);
}

}
