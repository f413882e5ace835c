#include "timing/pace.hpp"

#include "platform/platform.hpp"
#include "timing/interrupt.hpp"

namespace daoshm
{

bool wait_until(int64_t due_ns)
{
    constexpr int64_t spin_ns = 100'000;
    const int64_t left_ns = due_ns - steady_ns();
    if (left_ns > 50'000'000)
        sleep_unless_interrupted(left_ns - 20'000'000);
    if (!is_interrupted() && due_ns - steady_ns() > spin_ns) // else it would sleep out all that is left
        sleep_ns(due_ns - steady_ns() - spin_ns);
    while (!is_interrupted() && steady_ns() < due_ns)
    {
    }
    return !is_interrupted();
}

int64_t pause_ns(int64_t due_ns)
{
    constexpr int64_t longest_delay_ns = 1'000'000'000;
    const int64_t late_ns = steady_ns() - due_ns;
    return late_ns > longest_delay_ns ? late_ns : 0;
}

}
