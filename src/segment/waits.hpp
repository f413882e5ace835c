// The ways to wait for a frame or a semaphore. Each ends with success, timeout, interrupted, replaced or removed.
#pragma once

#include "segment/handle.hpp"

namespace dao::segment
{

constexpr int64_t for_ever = -1;

// Until the newest counter exceeds `after`, or the segment was reused and has a frame.
Status wait_asleep(Handle &handle, uint64_t after, int64_t timeout_ns) noexcept;
Status wait_spinning(Handle &handle, uint64_t after, int64_t timeout_ns) noexcept;
Status wait_adaptively(Handle &handle, uint64_t after, int64_t timeout_ns) noexcept;

// Until the semaphore is posted; takes the post.
Status wait_for_semaphore(Handle &handle, uint32_t semaphore, int64_t timeout_ns) noexcept;

// Ends the waits of this process. Safe in a signal handler.
void interrupt_waits() noexcept;

}
