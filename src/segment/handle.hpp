// What one IMAGE has behind it: the segment it has open, and its own place in the frames.
#pragma once

#include "segment/segment.hpp"
#include "wait/rhythm.hpp"

#include <memory>
#include <vector>

namespace dao::segment
{

// Where a reader is.
struct Position
{
    uint32_t generation = 0;
    bool restarted = false; // the segment was reused, and this handle has not looked at its frames since
    uint64_t tail = 0;      // counter of the frame read last in order
    uint32_t tail_slot = 0; // and its slot
    uint64_t seen = 0;      // newest counter that this handle waited for or read
    uint64_t delivered = 0; // counter of the frame read last, in order or not; 0 before the first
    uint64_t missed = 0;
};

struct Handle
{
    std::unique_ptr<Segment> segment;
    bool wants_read_only = false; // opened so on purpose

    // reading
    Position position;
    wait::Rhythm rhythm; // what the adaptive wait has learnt
    bool has_frame = false;
    DAO_FRAME frame{};          // the frame read or handed out last
    ring::Claim handed{};       // what the slot handed out last held then
    format::ReaderEntry *entry = nullptr;
    base::ProcessToken entry_owner = 0; // 0: not asked for a place yet

    // writing
    base::ProcessToken loan_owner = 0; // 0: no loan
    uint32_t loan_slot = 0;
    bool has_frame_id = false;
    bool has_acquisition_time = false;
    uint64_t frame_id = 0;
    int64_t acquisition_time_ns = 0;
    std::vector<unsigned char> sum;     // scratch of the sum of segments
    std::vector<unsigned char> operand;

    // for IMAGE.semptr
    std::array<void *, Segment::semaphore_count> native_semaphores{};

    // A loan that was under way at a fork is the parent's alone.
    bool has_loan() const noexcept { return loan_owner != 0 && loan_owner == platform::this_process().token; }
};

}
