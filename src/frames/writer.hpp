// The writing part of a handle: everything that puts frames into a segment. The order of the steps is that of
// docs/protocol.md. Each call takes the writer lock, or goes on with the loan or the packets this process has under way;
// on failure nothing was written.
#pragma once

#include "frames/reader.hpp"

#include <optional>
#include <vector>

namespace dao::frames
{

// What a handle left in a slot. What is another when the slot is written again was set by a program.
struct SlotNote
{
    uint64_t counter = 0; // of the frame that lies there
    uint64_t slice = 0;
    uint64_t frame_id = 0;
    int64_t time_ns = 0;
};

// How often a program set a field of the next frame in its slot, before it is taken for one that always does.
struct Sets
{
    unsigned count = 0;
    uint32_t frames_since = 0;
};

// What the slots held after this handle's last frame, as far as it knows.
struct Foreseen
{
    uint32_t generation = 0;     // whose frames these are: their counters begin anew with the next
    std::vector<SlotNote> slots; // of this handle's own frames; empty before the first
    uint32_t next_slot = UINT32_MAX;
    SlotNote next; // of whoever's frame lies in the slot that came next
    Sets slices;
    Sets ids;

    const SlotNote &of(uint32_t slot) const noexcept
    {
        static constexpr SlotNote never_written;
        return slot == next_slot ? next : slot < slots.size() ? slots[slot] : never_written;
    }
};

// Which frame was the newest.
struct Place
{
    uint32_t generation;
    uint64_t counter;

    bool operator==(const Place &) const = default;
};

struct Writer
{
    segment::Segment *segment = nullptr;
    segment::NameWatch name_watch;
    base::Interrupts *interrupts = nullptr; // what ends its waits for the lock: of the handle
    base::ProcessToken loan_owner = 0;      // 0: no loan
    uint32_t loan_slot = 0;
    bool has_frame_id = false; // of the next frame
    bool has_acquisition_time = false;
    uint64_t frame_id = 0;
    int64_t acquisition_time_ns = 0;
    Foreseen foreseen;
    std::optional<Place> quiet;         // this handle wrote quietly when that was the newest frame, and not since
    std::optional<Place> told_given_up; // this handle knows that the frame after that one was given up
    std::vector<unsigned char> sum;     // scratch of the sum of segments
    std::vector<unsigned char> operand;

    // A loan that was under way at a fork is the parent's alone.
    bool has_loan() const noexcept { return loan_owner != 0 && loan_owner == platform::this_process().token; }
};

struct Packet
{
    const void *data;
    uint64_t count;    // elements
    uint64_t position; // of its first element in the frame
    uint16_t id;
    uint16_t total;
    uint64_t frame_number;
};

Status publish(Writer &writer, const void *data, uint64_t count) noexcept;
Status write_quietly(Writer &writer, const void *data, uint64_t count) noexcept;
Status write_packet(Writer &writer, const Packet &packet) noexcept;
// Publishes whatever the next slot holds. An error of state where that is not what was put there: another writer published since
// this handle's quiet write, or the frame there was given up. Who writes there itself is told once, as that is not seen.
Status finalise(Writer &writer) noexcept;
// For a handle that begins: a frame that was given up before need not be told, as what a program stores itself comes later.
void note_given_up(Writer &writer) noexcept;
Status write_slice(Writer &writer, const void *slice, uint64_t count) noexcept;
Status stamp(Writer &writer) noexcept;

Status begin_loan(Writer &writer, void *&slot) noexcept;
Status commit_loan(Writer &writer) noexcept;
Status abort_loan(Writer &writer) noexcept;

// The element-wise sum of the newest frames of `inputs`.
Status publish_sum(Reader *const *inputs, uint32_t input_count, Writer &output, uint64_t count) noexcept;

}
