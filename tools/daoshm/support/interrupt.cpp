#include "interrupt.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <thread>

#include <dao.h>

namespace daoshm
{

namespace
{

volatile std::sig_atomic_t caught_signal = 0;

extern "C" void on_signal(int signal_number)
{
    std::signal(signal_number, on_signal);
    caught_signal = signal_number;
    daoShmInterrupt();
}

}

void catch_signals()
{
    std::signal(SIGINT, on_signal);
    std::signal(SIGTERM, on_signal);
}

bool is_interrupted()
{
    return caught_signal != 0;
}

void sleep_unless_interrupted(int64_t duration_ns)
{
    using namespace std::chrono;
    const auto until = steady_clock::now() + nanoseconds(duration_ns);
    while (!is_interrupted() && steady_clock::now() < until)
        std::this_thread::sleep_until(std::min<steady_clock::time_point>(until, steady_clock::now() + 20ms));
}

}
