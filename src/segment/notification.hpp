// Telling the waiters of a segment.
#pragma once

#include "segment/name_watch.hpp"

namespace dao::segment
{

// Notifies, and posts DAO's semaphores where the segment has them. The caller has just released the writer lock.
void notify_waiters(Segment &segment) noexcept;

// Takes the posts of the named and the C library's semaphores, which are of frames that are gone.
void forget_posts(Segment &segment) noexcept;

// So that they check whether they are to go on waiting. A handle that may only read cannot: they check ten times a second
// by themselves.
void wake_sleepers(const Segment &segment) noexcept;

// Marks the segment replaced or removed and wakes everybody.
void retire(Segment &segment, format::SegmentState state) noexcept;

// Replaced or removed when the segment is no longer the one under its name: then nothing is posted. `name_watch`: the handle's,
// for its writes.
Status post(Segment &segment, NameWatch &name_watch, uint32_t semaphore) noexcept;
Status post_all(Segment &segment, NameWatch &name_watch) noexcept;

// Whether the segment, as the one under its name, has no such semaphore. Where it is no longer that one its count says nothing.
bool lacks_semaphore(const Segment &segment, int64_t number) noexcept;
// For a number that the segment does not have: an error, or what became of the segment where that is why.
Status fail_no_semaphore(const Segment &segment, int64_t number) noexcept;

}
