/// What the figures of bench mean for a user of this machine.
#pragma once

#include <optional>
#include <string>

namespace daoshm
{

/// Medians, in ns; nothing where it was not measured.
struct BenchMedians
{
    std::optional<double> copy;
    std::optional<double> publish;
    std::optional<double> spin;
    std::optional<double> blocked;
    std::optional<double> adaptive;
};

std::string publish_advice(const BenchMedians &medians);
std::string spin_advice(const BenchMedians &medians);
std::string blocked_advice(const BenchMedians &medians);
std::string adaptive_advice(const BenchMedians &medians);

}
