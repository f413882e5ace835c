// Copies of payload that another thread or process may be changing at the same time. Whether the copy is whole is
// known only afterwards, from the slot's words: see docs/protocol.md.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>

namespace dao::base
{

#if defined(__SANITIZE_THREAD__)
// Byte by byte with relaxed atomics, which the thread sanitizer accepts as what they are.
inline void copy_shared(void *destination, const void *source, uint64_t bytes) noexcept
{
    auto *to = static_cast<uint8_t *>(destination);
    auto *from = const_cast<uint8_t *>(static_cast<const uint8_t *>(source));
    for (uint64_t i = 0; i < bytes; ++i)
        std::atomic_ref<uint8_t>(to[i]).store(std::atomic_ref<uint8_t>(from[i]).load(std::memory_order_relaxed),
                                              std::memory_order_relaxed);
}

inline void clear_shared(void *destination, uint64_t bytes) noexcept
{
    auto *to = static_cast<uint8_t *>(destination);
    for (uint64_t i = 0; i < bytes; ++i)
        std::atomic_ref<uint8_t>(to[i]).store(0, std::memory_order_relaxed);
}
#else
inline void copy_shared(void *destination, const void *source, uint64_t bytes) noexcept
{
    std::memcpy(destination, source, bytes);
}

inline void clear_shared(void *destination, uint64_t bytes) noexcept
{
    std::memset(destination, 0, bytes);
}
#endif

}
