// One writer at a time. A lock word in the segment names its holder; the lock of a holder that died is taken over.
// The steps are those of docs/protocol.md, by name (L1 to L4).
//
// The word: process token of the holder in bits 16 to 63 (base/process_token.hpp), bit 15: a frame is being put
// together from packets, bits 0 to 14: packets being copied just now. 0: free.
//
// A template over the word and over the question whether a process lives, for the model checker.
#pragma once

#include "base/process_token.hpp"

#include <cstdint>

namespace dao::segment
{

constexpr uint64_t packets_bit = uint64_t{1} << 15;
constexpr uint64_t packet_count_mask = packets_bit - 1;

enum class Grip
{
    held,       // the lock was free
    continued,  // this process was putting packets together; the frame they began is the caller's now
    taken_over, // the holder was dead
    joined,     // join only: a packet of this process's frame in progress
    busy        // somebody else's
};

template <class LockWord, class IsAlive> class WriterLock
{
  public:
    WriterLock(LockWord word, base::ProcessToken self, IsAlive is_alive) noexcept
        : word_(word), self_(self), is_alive_(is_alive)
    {
    }

    // L1: tries to get the lock for a publish. Asks whether the holder lives only when `ask_if_alive`: that costs.
    Grip try_hold(bool ask_if_alive) const noexcept
    {
        uint64_t seen = 0;
        if (word_.compare_exchange_acquire(seen, self_))
            return Grip::held;
        return try_hold_from(seen, ask_if_alive);
    }

    // L2: the same for one packet: also succeeds while this process puts a frame together.
    Grip try_join(bool ask_if_alive) const noexcept
    {
        uint64_t seen = 0;
        if (word_.compare_exchange_acquire(seen, self_))
            return Grip::held;
        if ((seen & ~packet_count_mask) == (self_ | packets_bit))
        {
            const bool full = (seen & packet_count_mask) == packet_count_mask;
            return !full && word_.compare_exchange_acquire(seen, seen + 1) ? Grip::joined : Grip::busy;
        }
        return try_hold_from(seen, ask_if_alive);
    }

    // L3: the holder has announced its slot and lets the packets of its process in; its own is the first.
    void open_for_packets() const noexcept { word_.store_release(self_ | packets_bit | 1); }

    // L3: a packet is copied.
    void leave_packet() const noexcept { word_.fetch_sub_release(1); }

    // L4.
    void release() const noexcept { word_.store_release(0); }

    // Whoever holds it; 0 when nobody does.
    base::ProcessToken holder() const noexcept { return word_.load_acquire() & base::process_token_mask; }

  private:
    Grip try_hold_from(uint64_t seen, bool ask_if_alive) const noexcept
    {
        if (seen == (self_ | packets_bit))
            return word_.compare_exchange_acquire(seen, self_) ? Grip::continued : Grip::busy;
        const base::ProcessToken owner = seen & base::process_token_mask;
        if (seen != 0 && ask_if_alive && owner != self_ && !is_alive_(owner))
            return word_.compare_exchange_acquire(seen, self_) ? Grip::taken_over : Grip::busy;
        return Grip::busy;
    }

    LockWord word_;
    base::ProcessToken self_;
    IsAlive is_alive_;
};

}
