// How waiters fall asleep and writers wake them: at most one system call however many sleep, none when nobody does.
// The steps are those of docs/protocol.md, by name (B1 to B5).
//
// A template over the memory it works on. `Memory` has
//     bell()      word that changes with each ring; what sleepers sleep on
//     wake_all()  wakes whoever sleeps on bell()
#pragma once

#include <cstdint>

namespace dao::wait
{

template <class Memory> class Doorbell
{
  public:
    explicit Doorbell(Memory memory) noexcept : memory_(memory) {}

    // The ringer has made true what sleepers may be waiting for. B1: the bell changes, and shows whether somebody may be
    // asleep. B2: then the mark is cleared and all are woken. Who marks and who rings are ordered by this one word:
    // either the ringer sees the mark, or the sleeper sees the ring and all that came before it. Clearing the mark
    // changes the word too, so that nobody falls asleep behind it.
    //
    // The mark is a flag and not a count: a sleeper that is killed leaves nothing behind that costs later rings.
    void ring() const noexcept
    {
        if ((memory_.bell().fetch_add_release(one_ring) & sleeper_mark) == 0)
            return;
        memory_.bell().fetch_and_relaxed(~sleeper_mark);
        memory_.wake_all();
    }

    // B3: marks that the caller is falling asleep, and returns what the bell then shows. The caller looks once more for
    // what it waits for (B4), and sleeps only while the bell shows the same (B5).
    uint32_t approach() const noexcept { return memory_.bell().fetch_or_acquire(sleeper_mark) | sleeper_mark; }

  private:
    static constexpr uint32_t sleeper_mark = 1;
    static constexpr uint32_t one_ring = 2;

    Memory memory_;
};

}
