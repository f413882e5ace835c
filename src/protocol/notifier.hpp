// How waiters fall asleep and writers wake them: at most one system call however many sleep, none when nobody does.
// The steps are those of docs/protocol.md, by name (B1 to B5).
//
// A template over the memory it works on. `Memory` has
//     word()               the wait word, which sleepers sleep on; odd: somebody may be asleep
//     wake_all(remaining)  wakes whoever sleeps while word() is `remaining`
#pragma once

#include <cstdint>

namespace dao::protocol
{

template <class Memory>
class Notifier
{
  public:
    explicit Notifier(Memory memory) noexcept : memory_(memory) {}

    // The caller has made true what sleepers may be waiting for. B1: checks whether somebody may be asleep, by an
    // operation that is ordered with each prepare_sleep(): either it sees the mark, or the sleeper sees all that came
    // before the notification. B2: then the word moves on, so that nobody falls asleep any more on its old value, and
    // all are woken. When another notification moved it, that one wakes the same sleepers.
    //
    // The mark is a flag and not a count: a sleeper that is killed leaves nothing behind that costs later notifications.
    void notify() const noexcept
    {
        uint32_t seen = memory_.word().fetch_add_release(0);
        if ((seen & sleeper_mark) != 0 && memory_.word().compare_exchange_relaxed(seen, seen + 1))
            memory_.wake_all(seen);
    }

    // B3: marks that the caller is falling asleep, and returns the value to sleep on. The caller checks once more for
    // what it waits for (B4), and sleeps only while the word has that value (B5).
    uint32_t prepare_sleep() const noexcept { return memory_.word().fetch_or_acquire(sleeper_mark) | sleeper_mark; }

  private:
    static constexpr uint32_t sleeper_mark = 1;

    Memory memory_;
};

}
