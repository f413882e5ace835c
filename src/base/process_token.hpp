// Who a process is, in one word: its id and a hash of its start time, so that a reused id is not taken for it. The
// low 16 bits are left to the words that carry a token.
#pragma once

#include <cstdint>

namespace dao::base
{

using ProcessToken = uint64_t;

constexpr ProcessToken process_token_mask = ~uint64_t{0xffff};

constexpr ProcessToken make_process_token(uint32_t pid, uint64_t start_time) noexcept
{
    const uint64_t hash = (start_time * 0x9e3779b97f4a7c15u) >> 48;
    return (uint64_t{pid} << 32) | (hash << 16);
}

constexpr uint32_t token_pid(ProcessToken token) noexcept
{
    return static_cast<uint32_t>(token >> 32);
}

}
