// The semaphores of the system that programs wait on themselves, posted by a publish. The steps are those of
// docs/protocol.md, by name (S1 to S3).
//
// A template over the memory it works on. `Memory` has
//     takes_are_fences    whether a take orders what follows it after what came before, as every exchange does on x86
//     value(k)            word: the value of semaphore k
//     post(k)             adds one to it, and wakes those that sleep on it
//     Fence               full(), which comes after an exchange of this thread
#pragma once

#include <cstdint>

namespace dao::protocol
{

template <class Memory>
class SystemSemaphores
{
  public:
    explicit SystemSemaphores(Memory memory) noexcept : memory_(memory) {}

    // The caller has made a frame public, and notified. Posts each of the first `count` that has no post. S1: either this
    // thread sees that a post was taken, or the one that took it sees the frame.
    void post_all(uint32_t count) const noexcept
    {
        if constexpr (Memory::takes_are_fences)
            Memory::Fence::full();
        for (uint32_t number = 0; number < count; ++number)
            post_if_empty(number);
    }

    // The same for one.
    void post(uint32_t number) const noexcept
    {
        if constexpr (Memory::takes_are_fences)
            Memory::Fence::full();
        post_if_empty(number);
    }

  private:
    // S2, S3. Where a take is no fence, an exchange that changes nothing orders the look with it: whoever takes the post
    // later sees the frame.
    void post_if_empty(uint32_t number) const noexcept
    {
        uint32_t value = 0;
        if constexpr (Memory::takes_are_fences)
            value = memory_.value(number).load_relaxed();
        else
            value = memory_.value(number).fetch_add_release(0);
        if (value == 0)
            memory_.post(number);
    }

    Memory memory_;
};

}
