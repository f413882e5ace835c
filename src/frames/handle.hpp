// What one open image has behind it: the segment, and a reader's and a writer's part.
#pragma once

#include "frames/reader.hpp"
#include "frames/writer.hpp"
#include "segment/keywords.hpp"
#include "segment/life.hpp"

namespace dao::frames
{

struct Handle
{
    segment::SegmentPointer segment;
    bool wants_read_only = false; // opened so on purpose
    Reader reader;
    Writer writer;
    segment::NumberedKeyword numbered_keyword;
    // On the monotonic clock: since when what has the name is no segment, as far as was looked. 0: it is one.
    int64_t unmade_since_ns = 0;
    uint64_t reopenings = 0; // not the segment's address, which a later one may have again
};

// Reads and writes the segment that `handle.segment` holds, in order after its newest frame.
void begin(Handle &handle) noexcept;

// Gives up what the handle has under way; the segment stays.
void end(Handle &handle) noexcept;

// Opens what has the name now in place of what `handle` holds. On failure the old one stays. Reading goes on with the new
// segment's first frame.
Status reopen(Handle &handle) noexcept;

// Ends the wait that another thread is in with this handle, or the next one. That thread may reopen the handle meanwhile, as
// a wait that follows does.
void interrupt(Handle &handle) noexcept;

struct NextRequest
{
    bool in_order = false;
    WaitMode mode = WaitMode::asleep;
    bool by_semaphore = false;
    uint32_t semaphore = 0;
    int64_t timeout_ns = wait::no_limit;
    bool follow = false;
};

// Waits for the next frame that this handle has not seen and copies it, whole; with a null `destination` it stays
// unseen. `missed`: frames published since the last one seen and not delivered.
Status next(Handle &handle, const NextRequest &request, void *destination, uint64_t count, uint64_t &missed);

}
