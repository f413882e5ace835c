// Interrupts are counted by process. Each handle compares with the count it saw last, so that none is lost between two of
// its waits.
#pragma once

#include <atomic>
#include <cstdint>

namespace dao::base
{

// How often this process interrupted its waits. Written in signal handlers.
inline std::atomic<uint32_t> interrupt_count{0};
static_assert(std::atomic<uint32_t>::is_always_lock_free);

class Interrupts
{
  public:
    bool are_pending() const noexcept
    {
        return count() != seen_.load(std::memory_order_relaxed) || is_meant_.load(std::memory_order_relaxed);
    }
    // For this handle alone, from any thread, which wakes the segment's sleepers afterwards.
    void interrupt() noexcept { is_meant_.store(true, std::memory_order_relaxed); }
    void forget() noexcept
    {
        seen_.store(count(), std::memory_order_relaxed);
        is_meant_.store(false, std::memory_order_relaxed);
    }

  private:
    static uint32_t count() noexcept { return interrupt_count.load(std::memory_order_relaxed); }

    std::atomic<bool> is_meant_{false};
    std::atomic<uint32_t> seen_{count()}; // several threads may write packets through one handle
};

}
