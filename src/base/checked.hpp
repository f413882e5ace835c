// Arithmetic on sizes that come from outside: an overflow gives no value.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

namespace dao::base
{

using Checked = std::optional<uint64_t>;

constexpr Checked add(Checked left, Checked right) noexcept
{
    if (!left || !right || *left > std::numeric_limits<uint64_t>::max() - *right)
        return std::nullopt;
    return *left + *right;
}

constexpr Checked multiply(Checked left, Checked right) noexcept
{
    if (!left || !right || (*right != 0 && *left > std::numeric_limits<uint64_t>::max() / *right))
        return std::nullopt;
    return *left * *right;
}

// The next multiple of `alignment`, a power of two.
constexpr Checked align_up(Checked value, uint64_t alignment) noexcept
{
    const Checked raised = add(value, alignment - 1);
    if (!raised)
        return std::nullopt;
    return *raised & ~(alignment - 1);
}

}
