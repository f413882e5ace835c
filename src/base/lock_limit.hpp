// How long a thread waits for a lock that somebody else holds.
#pragma once

#include <cstdint>

namespace dao::base
{

constexpr int64_t usual_lock_limit_ns = 5'000'000'000;

// Negative: no limit.
inline constinit thread_local int64_t lock_limit_ns = usual_lock_limit_ns;

// When a wait that begins now has to end.
inline int64_t lock_deadline_ns(int64_t now_ns) noexcept
{
    const bool has_limit = lock_limit_ns >= 0 && lock_limit_ns < INT64_MAX - now_ns;
    return has_limit ? now_ns + lock_limit_ns : INT64_MAX;
}

}
