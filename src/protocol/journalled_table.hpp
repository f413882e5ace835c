// A table whose entries are read and written whole, also when a writer dies at any step: the new entry goes to a journal
// first, and whoever comes next finishes what the journal says. The keywords of a segment.
// The steps are those of docs/protocol.md, by name (K1 to K5). Writers hold a lock, which is not here.
//
// A template over the memory it works on. `Memory` has
//     Entry, entry_count()
//     sequence()          word: the version of the whole table, odd while an entry is written
//     pending()           word: 1 while the journal's entry is to be put at its index
//     index()             word: the journal's index
//     entry(i), set_entry(i, entry), journal_entry(), set_journal_entry(entry)     copies, made as they come
//     Fence               acquire() and release()
#pragma once

#include "protocol/sequence_lock.hpp"

#include <cstdint>
#include <utility>

namespace dao::protocol
{

enum class Recovery
{
    none,   // nothing was half done
    redone, // the journal's entry is in its place
    dropped // the journal named a place outside the table: nothing was written
};

template <class Memory>
class JournalledTable
{
  public:
    using Entry = typename Memory::Entry;

    explicit JournalledTable(Memory memory) noexcept : memory_(memory) {}

    // ------------------------------------------------------------------ whoever holds the lock

    // K1 to K3. `index` is below the entry count.
    void write(uint32_t index, const Entry &entry) const noexcept
    {
        Memory::Fence::release(); // nothing of this journal before the K3 of the one before
        memory_.index().store_relaxed(index);
        memory_.set_journal_entry(entry);
        memory_.pending().store_release(1);
        put(index, entry);
        memory_.pending().store_release(0);
    }

    // K4: completes what the last holder may have begun. The first thing to do with the lock, however it was got: that
    // of a dead holder may have been freed by somebody who knows nothing of journals.
    Recovery recover() const noexcept
    {
        Recovery recovery = Recovery::none;
        if (memory_.pending().load_acquire() != 0)
        {
            const uint32_t index = memory_.index().load_relaxed(); // once: anybody may change it
            recovery = index < memory_.entry_count() ? Recovery::redone : Recovery::dropped;
            if (recovery == Recovery::redone)
                put(index, memory_.journal_entry());
            memory_.pending().store_release(0);
        }
        if (!lock().begin_read().stable) // no journal says why: let readers go on
            lock().end_write();
        return recovery;
    }

    // ------------------------------------------------------------------ readers, without the lock

    // K5, once. False when a writer came in between.
    bool read(uint32_t index, Entry &entry) const noexcept
    {
        const auto snapshot = lock().begin_read();
        entry = memory_.entry(index);
        return lock().is_whole(snapshot);
    }

  private:
    using Version = SequenceWord<decltype(std::declval<const Memory &>().sequence()), typename Memory::Fence>;

    SequenceLock<Version> lock() const noexcept { return SequenceLock<Version>(Version(memory_.sequence())); }

    // K2.
    void put(uint32_t index, const Entry &entry) const noexcept
    {
        lock().begin_write();
        memory_.set_entry(index, entry);
        lock().end_write();
    }

    Memory memory_;
};

}
