// The slots of a segment: how a frame is written, and how a reader knows that what it copied is one whole frame.
// The steps are those of docs/protocol.md, by name (W1 to W6, R1 to R3).
//
// A template over the memory it works on: the segment's own words in the library, checked words under the model
// checker. `Memory` has
//     depth()             number of slots
//     write(i)            word: 1 while slot i is written or holds no whole frame
//     counter(i)          word: cnt0 of the frame in slot i
//     newest()            word: the slot written last
//     epoch()             word: grows when slots change otherwise than by a publish
//     Fence               acquire() and release()
#pragma once

#include "protocol/sequence_lock.hpp"

#include <algorithm>
#include <cstdint>

namespace dao::protocol
{

struct Newest
{
    uint32_t slot;
    uint64_t counter; // 0: no frame yet
};

// What a reader saw of a slot before it began to copy.
struct Snapshot
{
    uint32_t slot;
    bool stable; // false: being written, nothing to copy
    uint64_t counter;
    uint64_t epoch;
};

// What stands for the content of one slot: `write`, `cnt0` and the epoch together, as DAO's layout has no sequence word.
template <class Memory>
class SlotVersion
{
  public:
    using Fence = typename Memory::Fence;
    using Snapshot = protocol::Snapshot;

    SlotVersion(const Memory &memory, uint32_t slot) noexcept : memory_(memory), slot_(slot) {}

    void set_writing() const noexcept { memory_.write(slot_).store_relaxed(1); }
    void set_stable() const noexcept { memory_.write(slot_).store_release(0); }

    // The epoch comes first: whoever sees a new epoch here also sees the write mark set before it.
    Snapshot snapshot() const noexcept
    {
        Snapshot seen;
        seen.slot = slot_;
        seen.epoch = memory_.epoch().load_acquire();
        seen.stable = memory_.write(slot_).load_acquire() == 0;
        seen.counter = memory_.counter(slot_).load_acquire();
        return seen;
    }

    // Acquire: a 0 that belongs to the next frame brings that frame's counter with it, and a counter that came back
    // after a reuse brings the epoch.
    bool is_unchanged(const Snapshot &seen) const noexcept
    {
        return seen.stable && memory_.write(slot_).load_acquire() == 0 &&
               memory_.counter(slot_).load_acquire() == seen.counter && memory_.epoch().load_relaxed() == seen.epoch;
    }

  private:
    const Memory &memory_;
    uint32_t slot_;
};

// Whether the newest counter that a reader found before, and finds now, tell that somebody set the counters back by hand.
// Within a generation they only grow.
constexpr bool went_back(uint64_t before, uint64_t now) noexcept
{
    return now < before;
}

template <class Memory>
class Slots
{
  public:
    explicit Slots(Memory memory) noexcept : memory_(memory) {}

    uint32_t depth() const noexcept { return memory_.depth(); }

    // ------------------------------------------------------------------ the writer, which holds the writer lock

    uint32_t next_slot() const noexcept { return within_depth(last_slot() + 1); }

    // W1: marks the slot as being written: its old frame is gone. Whoever sees what is written to the slot after this
    // call also sees the mark.
    void begin_write(uint32_t slot) const noexcept { content(slot).begin_write(); }

    // W4 to W6: the frame in `slot` is whole; it becomes the newest. Returns its counter.
    uint64_t commit(uint32_t slot) const noexcept
    {
        const uint64_t counter = memory_.counter(last_slot()).load_relaxed() + 1;
        memory_.counter(slot).store_release(counter);
        memory_.write(slot).store_release(0);
        memory_.newest().store_release(slot);
        return counter;
    }

    // Q1: changes the content of slots without a new counter: a quiet write, or the clearing of a reuse. Readers that
    // are copying notice by the epoch. End it with revalidate(), after restart() where counters begin anew.
    void invalidate(uint32_t slot) const noexcept
    {
        memory_.write(slot).store_relaxed(1);
        memory_.epoch().store_release(memory_.epoch().load_relaxed() + 1);
        Memory::Fence::release();
    }

    // Q2: the slot's content is whole again, under its old counter.
    void revalidate(uint32_t slot) const noexcept { content(slot).end_write(); }

    // Q3: after invalidate() on every slot: there are no frames any more. The slots stay marked until the caller has told
    // so by a new generation: then nobody takes the frame 0 of the new count for one of the old.
    void restart() const noexcept
    {
        for (uint32_t slot = 0; slot < depth(); ++slot)
            memory_.counter(slot).store_relaxed(0);
        memory_.newest().store_release(depth() - 1);
    }

    // A frame that is given up after begin_write() needs nothing more: `write` stays 1 until the next publish, which goes
    // to the same slot. Setting it back to 0 would let a reader take a torn frame for the old one.

    // After a writer died: makes visible what it had finished (W4 done, W6 not), leaves the rest marked as being written.
    // Returns true when a finished frame was found.
    bool recover() const noexcept
    {
        const uint32_t newest = last_slot();
        const uint32_t slot = next_slot();
        if (slot == newest || memory_.counter(slot).load_acquire() != memory_.counter(newest).load_relaxed() + 1)
            return false;
        memory_.write(slot).store_release(0);
        memory_.newest().store_release(slot);
        return true;
    }

    // -------------------------------------------------------------------------------------------------- readers

    // R1: the newest slot and its counter. When the index moved on meanwhile the slot may hold a frame that is not
    // published yet: then once more.
    Newest newest() const noexcept
    {
        for (;;)
        {
            const uint32_t slot = within_depth(memory_.newest().load_acquire());
            const uint64_t counter = memory_.counter(slot).load_acquire();
            if (within_depth(memory_.newest().load_relaxed()) == slot)
                return {slot, counter};
        }
    }

    // R1: what the slot holds before the copy begins.
    Snapshot snapshot(uint32_t slot) const noexcept { return content(slot).begin_read(); }

    // R3: whether everything read from the slot since the snapshot was that one frame.
    bool still_whole(const Snapshot &snapshot) const noexcept { return content(snapshot.slot).is_whole(snapshot); }

    // Whether frame `counter` may still lie in its slot, seen from `newest`.
    bool in_reach(const Newest &newest, uint64_t counter) const noexcept
    {
        return counter <= newest.counter && newest.counter - counter < depth();
    }

    // The slot of a frame in reach.
    uint32_t slot_of(const Newest &newest, uint64_t counter) const noexcept
    {
        const auto back = static_cast<uint32_t>(newest.counter - counter);
        return newest.slot >= back ? newest.slot - back : newest.slot + depth() - back;
    }

    // R1 in order, when newest.counter > tail: the frame after `tail`, or the oldest one in reach. `failed` is a frame
    // that could not be read whole: it is passed over, as it is going, unless it is the newest. 0: none.
    uint64_t next_in_order(const Newest &newest, uint64_t tail, uint64_t failed) const noexcept
    {
        const uint64_t oldest = newest.counter > depth() ? newest.counter - depth() + 1 : 1; // overwritten next
        return std::min(std::max({tail + 1, oldest, failed + 1}), newest.counter);
    }

  private:
    SequenceLock<SlotVersion<Memory>> content(uint32_t slot) const noexcept
    {
        return SequenceLock<SlotVersion<Memory>>(SlotVersion<Memory>(memory_, slot));
    }

    // The index in the segment may be anybody's: it never leads outside.
    uint32_t last_slot() const noexcept { return within_depth(memory_.newest().load_relaxed()); }

    // The remainder; a division would take longer than all else between the lock and the copy of a small frame.
    uint32_t within_depth(uint32_t index) const noexcept
    {
        if (index < depth()) [[likely]]
            return index;
        return index == depth() ? 0 : index % depth();
    }

    Memory memory_;
};

}
