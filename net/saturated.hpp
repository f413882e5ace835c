// Counts of what the other side says was lost: a wrong number makes no small one of a large one.
#pragma once

#include <cstdint>
#include <limits>

namespace dao::net
{

constexpr uint64_t saturated_sum(uint64_t one, uint64_t other) noexcept
{
    constexpr uint64_t most = std::numeric_limits<uint64_t>::max();
    return other > most - one ? most : one + other;
}

}
