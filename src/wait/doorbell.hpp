// How waiters fall asleep and writers wake them: at most one system call however many sleep, none when nobody does.
// The steps are those of docs/protocol.md, by name (B1 to B5).
//
// A template over the memory it works on. `Memory` has
//     bell()      word that changes with each ring; what sleepers sleep on
//     sleepers()  word: 1 when somebody may be asleep
//     wake_all()  wakes whoever sleeps on bell()
#pragma once

#include <cstdint>

namespace dao::wait
{

template <class Memory> class Doorbell
{
  public:
    explicit Doorbell(Memory memory) noexcept : memory_(memory) {}

    // The ringer has made true what sleepers may be waiting for. B1: the bell changes; B2: whoever said before that it
    // is falling asleep is woken. Both are sequentially consistent, as are B3 and B4 on the other side: either the
    // ringer sees the sleeper, or the sleeper sees the bell.
    //
    // The mark is a flag and not a count: a sleeper that is killed leaves nothing behind that costs later rings.
    void ring() const noexcept
    {
        memory_.bell().fetch_add_sequential(1);
        if (memory_.sleepers().load_sequential() == 0)
            return;
        memory_.sleepers().store_relaxed(0);
        memory_.wake_all();
    }

    // B3, B4: says that the caller is falling asleep, and returns what the bell then shows. The caller looks once more
    // for what it waits for, and sleeps (B5) only while the bell shows the same.
    uint32_t approach() const noexcept
    {
        memory_.sleepers().store_sequential(1);
        return memory_.bell().load_sequential();
    }

  private:
    Memory memory_;
};

}
