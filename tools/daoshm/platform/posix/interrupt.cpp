#include "../../support/interrupt.hpp"

#include <csignal>

namespace daoshm
{

namespace
{

extern "C" void on_signal(int signal_number)
{
    std::signal(signal_number, on_signal);
    note_interrupt();
}

}

void catch_signals()
{
    std::signal(SIGINT, on_signal);
    std::signal(SIGTERM, on_signal);
}

}
