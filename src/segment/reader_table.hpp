// The table of readers: who reads, how far, and how much each missed. For information only; the protocol does not need
// it, so a full table stops nobody from reading. A reader that finds it full leaves only its process's token, in a list
// with more room, and gets an entry later, when one has become free.
#pragma once

#include "segment/segment.hpp"

namespace dao::segment
{

// A reader's entry in the table, once it has asked for one.
struct ReaderPlace
{
    format::ReaderEntry *entry = nullptr;
    uint64_t *token = nullptr;    // in place of an entry
    int64_t asked_at_ns = 0;      // for an entry, when there was none
    base::ProcessToken owner = 0; // the process, as it knows itself; 0: not asked for yet
};

// Brings the reader's entry up to date, taking one at first.
void note_reader(Segment &segment, ReaderPlace &place, uint64_t last_counter, uint64_t missed, int64_t now_ns) noexcept;
void leave_readers(const Segment &segment, ReaderPlace &place) noexcept;

// Copies up to `capacity` readers; returns how many there are. What a reader missed includes what was overwritten until
// now before it read it, also while it does not read.
uint32_t list_readers(const Segment &segment, DAO_READER *readers, uint32_t capacity) noexcept;

}
