// How waiters fall asleep and writers wake them: at most one system call however many sleep, none when nobody does.
// The steps are those of docs/protocol.md, by name (B1 to B5).
//
// A template over the memory it works on. `Memory` has
//     word()               the wait word, which sleepers sleep on; odd: somebody may be asleep
//     wake_all(remaining)  wakes whoever sleeps while word() is `remaining`
//     Fence                full(), which comes after an exchange of this thread, and full_without_exchange()
#pragma once

#include <cstdint>

namespace dao::protocol
{

template <class Memory>
class Notifier
{
  public:
    explicit Notifier(Memory memory) noexcept : memory_(memory) {}

    // The caller has made true what sleepers may be waiting for. B1: a full fence, then a look at whether somebody may be
    // asleep; with the fence of each prepare_sleep() either it sees the mark, or the sleeper sees all that came before the
    // notification. B2: then the word moves on, so that nobody falls asleep any more on its old value, and all are woken.
    // When another notification moved it, that one wakes the same sleepers.
    //
    // The mark is a flag and not a count: a sleeper that is killed leaves nothing behind that costs later notifications.
    void notify() const noexcept
    {
        Memory::Fence::full_without_exchange();
        wake_marked();
    }

    // The same, by whoever exchanged a word after all that sleepers are to see: a writer that released its lock.
    void notify_after_exchange() const noexcept
    {
        Memory::Fence::full();
        wake_marked();
    }

    // B3: marks that the caller is falling asleep, and returns the value to sleep on. The caller checks once more for
    // what it waits for (B4), and sleeps only while the word has that value (B5).
    uint32_t prepare_sleep() const noexcept
    {
        const uint32_t shown = memory_.word().fetch_or_relaxed(sleeper_mark) | sleeper_mark;
        Memory::Fence::full();
        return shown;
    }

  private:
    static constexpr uint32_t sleeper_mark = 1;

    void wake_marked() const noexcept
    {
        uint32_t seen = memory_.word().load_relaxed();
        if ((seen & sleeper_mark) != 0 && memory_.word().compare_exchange_relaxed(seen, seen + 1))
            memory_.wake_all(seen);
    }

    Memory memory_;
};

}
