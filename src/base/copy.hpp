// Copies of payload that another thread or process may be changing at the same time. Whether the copy is whole is
// known only afterwards, from the slot's words: see docs/protocol.md.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>

namespace dao::base
{

#if defined(__SANITIZE_THREAD__)
// With relaxed atomics, which the thread sanitizer accepts as what they are: words, where both ends lie on one, else bytes.
template <class Unit>
void copy_units(void *destination, const void *source, uint64_t count) noexcept
{
    auto *to = static_cast<Unit *>(destination);
    auto *from = static_cast<Unit *>(const_cast<void *>(source));
    for (uint64_t i = 0; i < count; ++i)
        std::atomic_ref<Unit>(to[i]).store(std::atomic_ref<Unit>(from[i]).load(std::memory_order_relaxed),
                                           std::memory_order_relaxed);
}

inline void copy_shared(void *destination, const void *source, uint64_t bytes) noexcept
{
    const bool are_on_words =
        (reinterpret_cast<uintptr_t>(destination) | reinterpret_cast<uintptr_t>(source)) % sizeof(uint64_t) == 0;
    const uint64_t words = are_on_words ? bytes / sizeof(uint64_t) : 0, done = words * sizeof(uint64_t);
    copy_units<uint64_t>(destination, source, words);
    copy_units<uint8_t>(static_cast<uint8_t *>(destination) + done, static_cast<const uint8_t *>(source) + done,
                        bytes - done);
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
