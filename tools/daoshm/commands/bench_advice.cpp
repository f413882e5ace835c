#include "commands/bench_advice.hpp"

#include <fmt/format.h>

#include "text/numbers.hpp"

namespace daoshm
{

namespace
{

constexpr double alike = 1.25; ///< medians closer than this differ by chance

/// "3.2 times"
std::string times(double larger, double smaller)
{
    return fmt::format("{:.2g} times", larger / smaller);
}

}

std::string publish_advice(const BenchMedians &medians)
{
    if (!medians.copy || !medians.publish)
        return "";
    if (*medians.publish <= *medians.copy * alike)
        return "as fast as memcpy; a loan (daoShmLoanBegin) saves the copy";
    return fmt::format("{} slower than memcpy; a loan (daoShmLoanBegin) saves the copy",
                       times(*medians.publish, *medians.copy));
}

std::string spin_advice(const BenchMedians &medians)
{
    if (!medians.spin || !medians.blocked)
        return "";
    if (*medians.spin * alike >= *medians.blocked)
        return "no faster than blocked here: a spinning reader needs a core that nothing else uses";
    return fmt::format("{} faster than blocked, at the price of one busy core", times(*medians.blocked, *medians.spin));
}

std::string blocked_advice(const BenchMedians &medians)
{
    if (!medians.blocked)
        return "";
    const bool is_adaptive_faster = medians.adaptive && *medians.adaptive * alike < *medians.blocked;
    const bool is_spin_faster = medians.spin && *medians.spin * alike < *medians.blocked;
    if (is_adaptive_faster)
        return "the system's wake-up time; an adaptive wait avoids most of it";
    return is_spin_faster ? "the system's wake-up time; only spinning avoids it here"
                          : "the best choice here: no other wait is faster";
}

std::string adaptive_advice(const BenchMedians &medians)
{
    if (!medians.adaptive || !medians.blocked)
        return "";
    if (*medians.adaptive * alike < *medians.blocked)
        return fmt::format("{} faster than blocked, for frames at a steady rate",
                           times(*medians.blocked, *medians.adaptive));
    if (*medians.adaptive > *medians.blocked * alike)
        return fmt::format("{} slower than blocked here: do not use it on this machine, or not while it is busy",
                           times(*medians.adaptive, *medians.blocked));
    return "no faster than blocked here";
}

}
