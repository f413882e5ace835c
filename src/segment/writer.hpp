// Everything that puts frames into a segment. The order of the steps is that of docs/protocol.md.
// Each call takes the writer lock, or goes on with the loan or the packets this process has under way; on failure
// nothing was written.
#pragma once

#include "segment/handle.hpp"

namespace dao::segment
{

struct Packet
{
    const void *data;
    uint64_t count;    // elements
    uint64_t position; // of its first element in the frame
    uint16_t id;
    uint16_t total;
    uint64_t frame_number;
};

Status publish(Handle &handle, const void *data, uint64_t count) noexcept;
Status write_quietly(Handle &handle, const void *data, uint64_t count) noexcept;
Status write_packet(Handle &handle, const Packet &packet) noexcept;
// Publishes whatever the next slot holds.
Status finalise(Handle &handle) noexcept;
Status write_slice(Handle &handle, const void *slice, uint64_t count) noexcept;
Status stamp(Handle &handle) noexcept;

Status begin_loan(Handle &handle, void *&slot) noexcept;
Status commit_loan(Handle &handle) noexcept;
Status abort_loan(Handle &handle) noexcept;

// Begins the segment anew for its next creator: no data, no frames, no keywords, the next generation.
Status restart(Handle &handle, bool named_semaphores) noexcept;

Status post(Handle &handle, uint32_t semaphore) noexcept;
Status post_all(Handle &handle) noexcept;

// The element-wise sum of the newest frames of `inputs`.
Status combine(Handle *const *inputs, uint32_t input_count, Handle &output, uint64_t count) noexcept;

}
