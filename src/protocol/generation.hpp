// What lies around the slots: the word that spinning readers look at, and how all counters begin anew, with the number
// that tells so. The steps are those of docs/protocol.md, by name (W7, Q1 to Q5).
//
// A template over the memory it works on. `Memory` has
//     published()   word: the newest frame's counter
//     generation()  word: grows when counters begin anew
//     resetting()   word: 1 as long as that is under way
#pragma once

#include <cstdint>

namespace dao::protocol
{

template <class Memory>
class Generation
{
  public:
    explicit Generation(Memory memory) noexcept : memory_(memory) {}

    // ------------------------------------------------------------------ the writer, which holds the writer lock

    // W7: a reader that spins and sees the counter finds that frame, or a later one.
    void publish(uint64_t counter) const noexcept { memory_.published().store_release(counter); }

    // Q1 to Q5: no frames, and counters from 1 again. `clear_slot(i)` clears the content of a slot, `clear_waiting()` what
    // else belongs to frames that are gone.
    template <class Slots, class ClearSlot, class ClearWaiting>
    void begin_anew(const Slots &slots, ClearSlot &&clear_slot, ClearWaiting &&clear_waiting) const noexcept
    {
        memory_.resetting().store_release(1);
        for (uint32_t slot = 0; slot < slots.depth(); ++slot)
            slots.invalidate(slot);
        for (uint32_t slot = 0; slot < slots.depth(); ++slot)
            clear_slot(slot);
        slots.restart();
        publish(0);
        clear_waiting();
        memory_.generation().fetch_add_release(1);
        for (uint32_t slot = 0; slot < slots.depth(); ++slot)
            slots.revalidate(slot);
        memory_.resetting().store_release(0);
    }

    // After a writer died: whether it was in begin_anew(), which is to be done again.
    bool is_unfinished() const noexcept { return memory_.resetting().load_relaxed() != 0; }

    // -------------------------------------------------------------------------------------------------- readers

    uint64_t published() const noexcept { return memory_.published().load_acquire(); }

    // Whoever sees a new number sees that the counters of the one before are gone.
    uint32_t number() const noexcept { return memory_.generation().load_acquire(); }

  private:
    Memory memory_;
};

}
