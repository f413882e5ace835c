// Who a process is, in one word: its id, and 16 bits that tell it from others that had or have this id. The low 16 bits
// are left to the words that carry a token.
//
// Within the process those 16 bits are a hash of its start time. In a segment they are 15 random bits, drawn for each
// process and segment, and one that says whether the process has a proof that it lives: a file lock on the byte
// lock_position(), which the kernel drops when the process dies.
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

constexpr ProcessToken proof_bit = uint64_t{1} << 16;

// The token of a process in a segment.
constexpr ProcessToken make_segment_token(uint32_t pid, uint64_t random, bool has_proof) noexcept
{
    return (uint64_t{pid} << 32) | ((random & 0x7fff) << 17) | (has_proof ? proof_bit : 0);
}

constexpr bool has_proof(ProcessToken token) noexcept
{
    return (token & proof_bit) != 0;
}

// Far behind the end of any file; locks there are in nobody's way.
constexpr uint64_t first_lock_position = uint64_t{1} << 62;

// Locked while a file is being made and has no name of a segment yet.
constexpr uint64_t unfinished_lock_position = first_lock_position - 1;

// The byte of the segment's file that the process keeps locked while it lives.
constexpr uint64_t lock_position(ProcessToken token) noexcept
{
    return first_lock_position + (token >> 16);
}

constexpr uint32_t token_pid(ProcessToken token) noexcept
{
    return static_cast<uint32_t>(token >> 32);
}

}
