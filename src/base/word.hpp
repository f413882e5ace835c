// A machine word in memory that processes or threads share. The memory order is part of each method's name, so that a
// reader of the protocol sees it. The protocol's templates take any type with these methods; the model checker
// brings its own.
#pragma once

#include <atomic>
#include <cstdint>

namespace dao::base
{

template <class T>
class Word
{
  public:
    explicit Word(T *place) noexcept : place_(place) {}

    T load_relaxed() const noexcept { return here().load(std::memory_order_relaxed); }
    T load_acquire() const noexcept { return here().load(std::memory_order_acquire); }
    void store_relaxed(T value) const noexcept { here().store(value, std::memory_order_relaxed); }
    void store_release(T value) const noexcept { here().store(value, std::memory_order_release); }
    T fetch_add_release(T value) const noexcept { return here().fetch_add(value, std::memory_order_release); }
    T fetch_add_relaxed(T value) const noexcept { return here().fetch_add(value, std::memory_order_relaxed); }
    T fetch_or_release(T value) const noexcept { return here().fetch_or(value, std::memory_order_release); }
    T fetch_or_relaxed(T value) const noexcept { return here().fetch_or(value, std::memory_order_relaxed); }
    T fetch_and_acquire(T value) const noexcept { return here().fetch_and(value, std::memory_order_acquire); }
    bool compare_exchange_acquire(T &expected, T desired) const noexcept
    {
        return here().compare_exchange_strong(expected, desired, std::memory_order_acquire, std::memory_order_relaxed);
    }

    bool compare_exchange_release(T &expected, T desired) const noexcept
    {
        return here().compare_exchange_strong(expected, desired, std::memory_order_release, std::memory_order_relaxed);
    }

    bool compare_exchange_relaxed(T &expected, T desired) const noexcept
    {
        return here().compare_exchange_strong(expected, desired, std::memory_order_relaxed);
    }

    T *place() const noexcept { return place_; }

  private:
    std::atomic_ref<T> here() const noexcept { return std::atomic_ref<T>(*place_); }

    T *place_;
    static_assert(std::atomic_ref<T>::is_always_lock_free, "words shared between processes must not hide a lock");
};

// Whether each operation that reads and writes a word is a full fence, too.
#if (defined(__x86_64__) || defined(_M_X64)) && !defined(__arm64ec__) && !defined(_M_ARM64EC)
constexpr bool exchanges_are_fences = true;
#else
constexpr bool exchanges_are_fences = false;
#endif

// The fences of the sequence-lock steps, and the full ones. The thread sanitizer does not follow fences; for its builds each
// becomes an operation on a word of its own, which orders as much and which it understands.
struct Fence
{
#if defined(__SANITIZE_THREAD__)
    static inline std::atomic<uint32_t> meeting_point{0};
    static void acquire() noexcept { meeting_point.fetch_add(0, std::memory_order_acq_rel); }
    static void release() noexcept { meeting_point.fetch_add(0, std::memory_order_acq_rel); }
    static void full() noexcept { meeting_point.fetch_add(0, std::memory_order_seq_cst); }
    static void full_without_exchange() noexcept { full(); }
#else
    static void acquire() noexcept { std::atomic_thread_fence(std::memory_order_acquire); }
    static void release() noexcept { std::atomic_thread_fence(std::memory_order_release); }
    // After an exchange of this thread, or a full fence: where that was one, only the compiler is still to be told.
    static void full() noexcept
    {
        if constexpr (exchanges_are_fences)
            std::atomic_signal_fence(std::memory_order_seq_cst);
        else
            std::atomic_thread_fence(std::memory_order_seq_cst);
    }
    static void full_without_exchange() noexcept { std::atomic_thread_fence(std::memory_order_seq_cst); }
#endif
};

}
