// Whether a segment is still the one under its name: from its own word at each check, from the file system now and then.
// Threads that put one frame together from packets share one; its words stand alone, so they are read and written relaxed.
#pragma once

#include "base/error.hpp"
#include "segment/segment.hpp"

namespace dao::segment
{

// Asks the file system at once. For arguments that do not fit: the caller may have them from the metadata, which another program
// may have overwritten, or from the segment that has the name by now.
inline Status check_name_now(const Segment &segment) noexcept
{
    return base::condition(segment.query_name(), segment.name());
}

class NameWatch
{
  public:
    // Replacing and removing by this library is noticed at once, by others with the next check. Once something was found
    // the file system is asked each time: the name of a removed segment may be given to another.
    Status known(const Segment &segment) const noexcept
    {
        const bool is_well =
            last().load_relaxed() == Status::success && segment.state() == format::state_live && !segment.is_lost();
        return is_well ? Status::success : segment.query_name();
    }

    // Whether check() would ask the file system.
    bool is_due(int64_t now_ns) const noexcept
    {
        const int64_t due_ns = next_query().load_relaxed();
        const bool clock_went_back = now_ns < due_ns - interval_ns;
        return now_ns >= due_ns || clock_went_back;
    }

    // Also asks the file system when that was done more than 0.1 s ago, so that a change is noticed within 0.2 s by who
    // checks that often. `now_ns` is of any clock, always the same one. Success, replaced, removed, or a system's error.
    Status check(const Segment &segment, int64_t now_ns) noexcept
    {
        if (is_due(now_ns))
        {
            next_query().store_relaxed(now_ns + interval_ns);
            last().store_relaxed(segment.query_name());
        }
        return known(segment);
    }

  private:
    static constexpr int64_t interval_ns = 100'000'000;

    base::Word<int64_t> next_query() const noexcept { return base::Word<int64_t>(&next_query_ns_); }
    base::Word<Status> last() const noexcept { return base::Word<Status>(&last_); }

    mutable int64_t next_query_ns_ = 0;
    mutable Status last_ = Status::success;
};

}
