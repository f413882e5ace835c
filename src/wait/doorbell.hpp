// How waiters fall asleep and writers wake them: at most one system call however many sleep, none when nobody does.
// The steps are those of docs/protocol.md, by name (B1 to B5).
//
// A template over the memory it works on. `Memory` has
//     bell()          word that sleepers sleep on; odd: somebody may be asleep
//     wake_all(left)  wakes whoever sleeps while bell() is `left`
#pragma once

#include <cstdint>

namespace dao::wait
{

template <class Memory> class Doorbell
{
  public:
    explicit Doorbell(Memory memory) noexcept : memory_(memory) {}

    // The ringer has made true what sleepers may be waiting for. B1: looks whether somebody may be asleep, by an
    // operation that orders it among the approaches: either it sees the mark, or the sleeper sees all that came before
    // the ring. B2: then the bell moves on, so that nobody falls asleep any more on what it showed, and all are woken.
    // When another ringer moved it, that one wakes the same sleepers.
    //
    // The mark is a flag and not a count: a sleeper that is killed leaves nothing behind that costs later rings.
    void ring() const noexcept
    {
        uint32_t seen = memory_.bell().fetch_add_release(0);
        if ((seen & sleeper_mark) != 0 && memory_.bell().compare_exchange_relaxed(seen, seen + 1))
            memory_.wake_all(seen);
    }

    // B3: marks that the caller is falling asleep, and returns what the bell then shows. The caller looks once more for
    // what it waits for (B4), and sleeps only while the bell shows the same (B5).
    uint32_t approach() const noexcept { return memory_.bell().fetch_or_acquire(sleeper_mark) | sleeper_mark; }

  private:
    static constexpr uint32_t sleeper_mark = 1;

    Memory memory_;
};

}
