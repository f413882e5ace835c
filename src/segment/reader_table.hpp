// The table of readers: who reads, how far, and how much each missed. For information only; the protocol does not need
// it, so a full table stops nobody from reading.
#pragma once

#include "segment/segment.hpp"

namespace dao::segment
{

// A reader's entry in the table, once it has asked for one.
struct ReaderPlace
{
    format::ReaderEntry *entry = nullptr;
    base::ProcessToken owner = 0; // the process, as it knows itself; 0: not asked for yet
};

// Brings the reader's entry up to date, taking one at first.
void note_reader(Segment &segment, ReaderPlace &place, uint64_t last_counter, uint64_t missed, int64_t now_ns) noexcept;
void leave_readers(const Segment &segment, ReaderPlace &place) noexcept;

// Copies up to `capacity` entries; returns how many there are.
uint32_t list_readers(const Segment &segment, DAO_READER *readers, uint32_t capacity) noexcept;

}
