// A segment that begins anew for its next creator.
#pragma once

#include "base/interrupts.hpp"
#include "segment/segment.hpp"

namespace dao::segment
{

// No data, no frames, no keywords, the next generation; waiters are notified. With DAO's semaphores, of file mode `mode`, when
// `dao_semaphores`. Waits for the locks.
Status reuse(Segment &segment, base::Interrupts &interrupts, bool dao_semaphores, uint32_t mode) noexcept;

// Q1 to Q5: what a reuse does to the words and the data while it holds the writer lock. Also what a takeover repeats
// when it finds a reuse half done.
void clear_segment(Segment &segment) noexcept;

}
