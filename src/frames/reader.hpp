// The reading part of a handle: everything that gets frames out of a segment. The copying calls return only whole frames;
// the borrowing calls lend shared memory, and check_frame() says afterwards whether it stayed whole.
#pragma once

#include "frames/passed_over.hpp"
#include "segment/claims.hpp"
#include "segment/reader_table.hpp"
#include "wait/waits.hpp"

namespace dao::frames
{

// Where a reader is.
struct Position
{
    uint32_t generation = 0;
    bool restarted = false; // the segment was reused, and this reader has not seen a frame of it since
    uint64_t tail = 0;      // counter of the frame read last in order
    uint32_t tail_slot = 0; // and its slot
    uint64_t seen = 0;      // newest counter that this reader waited for or read
    uint64_t last_read = 0; // newest counter that this reader read; at first, that was newest when it began
    bool has_begun = false; // has read a frame: those that it does not read from now on are missed
    uint64_t delivered = 0; // newest counter that was read, in order or not; 0 before the first of this generation
    uint64_t missed = 0;
    uint64_t end = UINT64_MAX; // once the segment was found replaced or removed: the last frame to read in order
};

enum class WaitMode
{
    asleep,
    spinning,
    adaptive
};

struct Reader
{
    segment::Segment *segment = nullptr;
    Position position;
    PassedOver passed_over;
    segment::ReaderPlace place;
    segment::Claim claim;
    segment::NameWatch name_watch;
    int64_t checked_at_ns = 0; // when a frame was last asked for, by the coarse real-time clock
    wait::Cancellation cancellation;
    wait::Rhythm rhythm;
    bool has_post = false; // a wait for a semaphore took one, and nothing was read or borrowed since
    bool has_frame = false;
    DAO_FRAME frame{}; // the frame read or borrowed last
    bool has_lent = false;
    DAO_FRAME lent{}; // the frame borrowed last
};

// Begins reading a segment, before its first frame.
void attach(Reader &reader, segment::Segment &segment) noexcept;
void detach(Reader &reader) noexcept;
// Goes on in order after the newest frame.
void reset_tail(Reader &reader) noexcept;
// All frames are unseen again.
void rewind(Reader &reader) noexcept;

// Takes notice when the counters began anew, as the segment was reused or a program set them back: with them does this
// reader's place: then true.
bool follow_generation(Reader &reader) noexcept;

uint64_t newest_counter(Reader &reader) noexcept;

// Whether `count` elements of a frame can be copied to `destination`.
Status check_readable(const segment::Segment &segment, const void *destination, uint64_t count) noexcept;

// On success and overwrite reader.frame describes the frame copied. Replaced, removed: nothing is copied; in order,
// only after the frames that had been published when it was noticed. `until_ns`, on the monotonic clock: when to give up on a
// frame that stays half written, at the latest.
Status read_newest(Reader &reader, void *destination, uint64_t count, int64_t until_ns = INT64_MAX) noexcept;
Status read_next(Reader &reader, void *destination, uint64_t count, uint64_t &missed,
                 int64_t until_ns = INT64_MAX) noexcept;
Status read_last(Reader &reader, void *destination, uint32_t frame_count, uint64_t &first_counter) noexcept;

// Success, or that the segment is no longer the one under its name; its memory stays all the same.
Status check_name(Reader &reader) noexcept;

// reader.frame describes the slot borrowed.
void borrow_newest(Reader &reader) noexcept;
void borrow_slot(Reader &reader, uint32_t slot) noexcept;
Status borrow_next(Reader &reader) noexcept;

// Describes a frame without reading it.
Status describe_slot(const Reader &reader, uint32_t slot, DAO_FRAME &frame) noexcept;
Status describe_newest(const Reader &reader, DAO_FRAME &frame) noexcept;
// Whether what was read from the frame's slot since the frame was described is that frame.
Status check_frame(const Reader &reader, const DAO_FRAME &frame) noexcept;

// Until the newest counter exceeds `after`; where that is a place, also until there is a frame since the counters began anew.
Status wait_for_frame(Reader &reader, WaitMode mode, uint64_t after, const wait::Deadline &deadline,
                      wait::Counter meaning = wait::Counter::place);
Status wait_for_semaphore(Reader &reader, uint32_t semaphore, const wait::Deadline &deadline);
// A semaphore of its own for this reader, if it has none yet: reader.claim.
Status claim_semaphore(Reader &reader) noexcept;
// Once the reader has another segment: what it had claimed in the one before.
void claim_again(Reader &reader, uint32_t number) noexcept;

}
