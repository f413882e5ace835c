// What a reader remembers of the frames it saw. Used in this folder only.
#pragma once

#include "base/error.hpp"
#include "frames/reader.hpp"

#include <algorithm>

namespace dao::frames
{

// The newest frame of the generation that the reader knows then: a counter of another one would say nothing of its place.
protocol::Newest newest_known(Reader &reader) noexcept;

// Success, or that the segment is no longer the one under its name: after the frames in order that had been published when
// that was noticed.
Status check_name_in_order(Reader &reader, const protocol::Newest &newest) noexcept;

// The segment's end, or that there is none: frames that are published after it are not read.
inline void note_end(Position &position, Status name, uint64_t newest) noexcept
{
    if (name == Status::success)
        position.end = UINT64_MAX;
    else if (position.end == UINT64_MAX)
        position.end = newest;
}

// What a read without a frame ends with: lost memory may look like a segment that has none.
inline Status without_frame(const segment::Segment &segment, Status status) noexcept
{
    const Status lost = segment.is_cut() ? segment.query_name() : segment.check_memory();
    return base::condition(lost != Status::success ? lost : status, segment.name());
}

// The frame of that counter was waited for. The segment may have been reused since: then it says nothing.
inline void see(Reader &reader, uint32_t generation, uint64_t counter) noexcept
{
    follow_generation(reader);
    if (reader.position.generation != generation)
        return;
    reader.position.seen = std::max(reader.position.seen, counter);
    reader.position.restarted = false;
}

// The frames from `first` to `counter` were read.
inline void count_missed(Reader &reader, uint64_t first, uint64_t counter) noexcept
{
    Position &position = reader.position;
    if (position.has_begun && first > position.delivered && first - position.delivered > 1)
    {
        const uint64_t count = first - position.delivered - 1;
        position.missed += count;
        reader.passed_over.add(first - 1, count);
    }
    // A program may count as it likes, up to the largest number.
    for (uint64_t remaining = counter - first + 1; remaining > 0; --remaining)
        if (reader.passed_over.take(counter - remaining + 1, position.delivered) && position.missed > 0)
            --position.missed;
    position.has_begun = true;
    position.delivered = std::max(position.delivered, counter);
}

// The frames from `first` to `counter` were read or borrowed.
inline void deliver(Reader &reader, uint64_t first, uint64_t counter) noexcept
{
    Position &position = reader.position;
    count_missed(reader, first, counter);
    position.seen = std::max(position.seen, counter);
    position.last_read = std::max(position.last_read, counter);
    position.restarted = false;
    reader.has_post = false;
    segment::note_reader(*reader.segment, reader.place, position.seen, position.missed, reader.checked_at_ns);
}

inline void deliver(Reader &reader, uint64_t counter) noexcept
{
    deliver(reader, counter, counter);
}

}
