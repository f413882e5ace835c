// One writer at a time. A lock word in the segment names its holder; the lock of a holder that died is taken over.
// The steps are those of docs/protocol.md, by name (L1 to L5).
//
// The word: token of the holder in bits 16 to 63 (base/process_token.hpp), bit 15: a frame is being put together from
// packets, bits 0 to 14: packets being copied just now. 0: free.
//
// A template over the word and over the proof that a process is dead, for the model checker.
#pragma once

#include "base/process_token.hpp"

#include <cstdint>

namespace dao::protocol
{

constexpr uint64_t packets_bit = uint64_t{1} << 15;
constexpr uint64_t packet_count_mask = packets_bit - 1;

enum class LockResult
{
    held,         // the lock was free
    continued,    // for finalise: the frame that this process's packets began is the caller's now
    packets_open, // this process is putting a frame together from packets
    taken_over,   // the holder was dead
    joined,       // for a packet: one of this process's frame in progress
    busy          // somebody else's
};

// What the threads of the process that holds a lock may do under it together.
enum class Sharing
{
    packets, // put one frame together
    none
};

template <class LockWord, class IsDead>
class WriterLock
{
  public:
    WriterLock(LockWord word, base::ProcessToken self, IsDead is_dead, Sharing sharing = Sharing::packets) noexcept
        : word_(word), self_(self), is_dead_(is_dead), sharing_(sharing)
    {
    }

    // L1: tries to get the lock for a whole frame. Asks whether the holder is dead only when `ask_if_dead`: that costs.
    LockResult try_hold(bool ask_if_dead) const noexcept
    {
        uint64_t seen = 0;
        if (word_.compare_exchange_acquire(seen, self_))
            return LockResult::held;
        return has_packets_open(seen) ? LockResult::packets_open : try_take_over(seen, ask_if_dead);
    }

    // L2: the same for one packet: also succeeds while this process puts a frame together.
    LockResult try_join(bool ask_if_dead) const noexcept
    {
        uint64_t seen = 0;
        if (word_.compare_exchange_acquire(seen, self_))
            return LockResult::held;
        if (!has_packets_open(seen))
            return try_take_over(seen, ask_if_dead);
        const bool full = (seen & packet_count_mask) == packet_count_mask;
        return !full && word_.compare_exchange_acquire(seen, seen + 1) ? LockResult::joined : LockResult::busy;
    }

    // L3: the same to finalise: goes on with the frame of this process's packets once none is being copied.
    LockResult try_finalise(bool ask_if_dead) const noexcept
    {
        uint64_t seen = 0;
        if (word_.compare_exchange_acquire(seen, self_))
            return LockResult::held;
        if (!has_packets_open(seen))
            return try_take_over(seen, ask_if_dead);
        const bool complete = (seen & packet_count_mask) == 0;
        return complete && word_.compare_exchange_acquire(seen, self_) ? LockResult::continued : LockResult::busy;
    }

    // L4: the holder has begun its slot and lets the packets of its process in; its own is the first. False when the
    // lock was lost.
    bool open_for_packets() const noexcept
    {
        uint64_t expected = self_;
        return word_.compare_exchange_release(expected, self_ | packets_bit | 1);
    }

    // L4: a packet is copied. False when the lock was lost.
    bool leave_packet() const noexcept
    {
        uint64_t seen = word_.load_relaxed();
        while (has_packets_open(seen) && (seen & packet_count_mask) != 0)
            if (word_.compare_exchange_release(seen, seen - 1))
                return true;
        return false;
    }

    // L5. False when the lock was lost: then it is somebody else's, and stays so.
    bool release() const noexcept
    {
        uint64_t expected = self_;
        return word_.compare_exchange_release(expected, 0);
    }

    // L6: takes the lock from `holder` on somebody's order, whether it is dead or not.
    LockResult try_seize(base::ProcessToken holder) const noexcept
    {
        uint64_t seen = word_.load_relaxed();
        const bool is_its = seen != 0 && (seen & base::process_token_mask) == holder;
        return is_its && word_.compare_exchange_acquire(seen, self_) ? LockResult::taken_over : LockResult::busy;
    }

    // Whether the caller, which got the lock, has it still.
    bool is_held() const noexcept { return word_.load_relaxed() == self_; }

    base::ProcessToken self() const noexcept { return self_; }

    // Whoever holds it; 0 when nobody does.
    base::ProcessToken holder() const noexcept { return word_.load_acquire() & base::process_token_mask; }

  private:
    bool has_packets_open(uint64_t seen) const noexcept
    {
        return sharing_ == Sharing::packets && (seen & ~packet_count_mask) == (self_ | packets_bit);
    }

    // A word that names nobody, or this process with what none of its locks says, is what another program left there: no
    // process would ever free it.
    bool is_nobodys(uint64_t seen) const noexcept
    {
        const base::ProcessToken owner = seen & base::process_token_mask;
        return owner == 0 || (owner == self_ && seen != self_);
    }

    LockResult try_take_over(uint64_t seen, bool ask_if_dead) const noexcept
    {
        return seen != 0 && ask_if_dead ? take_over_from_dead(seen) : LockResult::busy;
    }

    LockResult take_over_from_dead(uint64_t seen) const noexcept
    {
        const base::ProcessToken owner = seen & base::process_token_mask;
        if (is_nobodys(seen) || (owner != self_ && is_dead_(owner)))
            return word_.compare_exchange_acquire(seen, self_) ? LockResult::taken_over : LockResult::busy;
        return LockResult::busy;
    }

    LockWord word_;
    base::ProcessToken self_;
    IsDead is_dead_;
    Sharing sharing_;
};

}
