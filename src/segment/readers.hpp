// The table of readers: who reads, how far, and how much each missed. Only for looking at; the protocol does not need
// it, so a full table keeps nobody from reading.
#pragma once

#include "segment/handle.hpp"

namespace dao::segment
{

// Brings the handle's line up to date, taking one at first.
void note_reader(Handle &handle) noexcept;
void leave_readers(Handle &handle) noexcept;

// Copies up to `capacity` lines; returns how many there are.
uint32_t list_readers(const Segment &segment, DAO_READER *readers, uint32_t capacity) noexcept;

}
