#include "timing/interrupt.hpp"

#include <atomic>

#include <dao.h>

#include "platform/platform.hpp"

namespace daoshm
{

namespace
{

std::atomic<bool> was_interrupted{false};
std::atomic<bool> is_suspension_wanted{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler sets it");

void note_interrupt()
{
    was_interrupted = true;
    daoShmInterrupt();
    wake_sleeper();
}

void note_suspension()
{
    is_suspension_wanted = true;
    daoShmInterrupt();
    wake_sleeper();
}

}

void catch_interrupts()
{
    on_interrupt(note_interrupt);
}

bool is_interrupted()
{
    return was_interrupted;
}

void sleep_unless_interrupted(int64_t duration_ns)
{
    constexpr int64_t millisecond_ns = 1'000'000;
    const int64_t until_ns = steady_ns() + duration_ns;
    for (int64_t left_ns = duration_ns; !is_interrupted() && !is_suspension_wanted && left_ns > 0;
         left_ns = until_ns - steady_ns())
        if (left_ns >= millisecond_ns)
            sleep_until_woken(left_ns / millisecond_ns);
        else
            sleep_ns(left_ns);
}

HeldSuspension::HeldSuspension()
{
    on_suspension(note_suspension);
}

HeldSuspension::~HeldSuspension()
{
    on_suspension(nullptr);
}

bool HeldSuspension::is_wanted()
{
    return is_suspension_wanted;
}

void HeldSuspension::obey()
{
    is_suspension_wanted = false;
    on_suspension(nullptr);
    suspend();
    on_suspension(note_suspension);
}

}
