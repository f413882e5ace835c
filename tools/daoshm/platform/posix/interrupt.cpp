#include "platform/platform.hpp"

#include <csignal>

namespace daoshm
{

namespace
{

void (*interrupt_handler)() = nullptr;

extern "C" void on_signal(int signal_number)
{
    std::signal(signal_number, on_signal);
    interrupt_handler();
}

}

void on_interrupt(void (*handler)())
{
    interrupt_handler = handler;
    std::signal(SIGINT, on_signal);
    std::signal(SIGTERM, on_signal);
}

}
