#include "segment/life.hpp"

#include "base/error.hpp"
#include "segment/reader.hpp"
#include "segment/readers.hpp"
#include "segment/writer.hpp"

#include <cstring>
#include <new>

namespace dao::segment
{

using base::fail;
using platform::Access;

Status check_segment_name(const char *name) noexcept
{
    if (name == nullptr)
        return fail(DAO_E_ARGUMENT, "the segment's name is a null pointer");
    const size_t length = std::strlen(name);
    if (length == 0)
        return fail(DAO_E_NAME, "the segment's name is empty");
    if (length >= format::name_capacity)
        return fail(DAO_E_NAME, "%.40s...: the segment's name has %zu bytes; expected at most %zu", name, length,
                    format::name_capacity - 1);
    return Status::success;
}

namespace
{

Status attach(const char *name, platform::File file, bool read_only, std::unique_ptr<Segment> &segment) noexcept
{
    platform::FileFacts facts;
    platform::Mapping mapping;
    format::Layout layout;
    if (file.facts(name, facts) != Status::success)
        return Status::error;
    if (!facts.is_regular)
        return fail(DAO_E_FORMAT, "%s: not a segment: not a regular file", name);
    if (facts.bytes == 0)
        return fail(DAO_E_FORMAT, "%s: not a segment: the file is empty", name);
    if (mapping.map(name, file, facts.bytes, read_only ? Access::read : Access::read_write) != Status::success ||
        format::inspect(name, mapping.data(), facts.bytes, layout) != Status::success)
        return Status::error;
    segment.reset(new (std::nothrow) Segment(name, std::move(file), std::move(mapping), layout, read_only));
    return segment != nullptr ? Status::success : fail(DAO_E_NO_MEMORY, "%s: out of memory", name);
}

Status open_segment(const char *name, bool read_only, std::unique_ptr<Segment> &segment) noexcept
{
    platform::File file;
    if (!read_only && platform::open_file(name, Access::read_write, file) != Status::success)
    {
        if (base::last_error_code() != DAO_E_PERMISSION || platform::look_up(name) != platform::Presence::file)
            return Status::error;
        read_only = true;
    }
    if (!file.is_open() && platform::open_file(name, Access::read, file) != Status::success)
        return Status::error;
    return attach(name, std::move(file), read_only, segment);
}

}

Status open(const char *name, bool read_only, Handle &handle) noexcept
{
    if (check_segment_name(name) != Status::success)
        return Status::error;
    std::unique_ptr<Segment> segment;
    // Between finding the file and mapping it another may have taken the name: then that one is meant.
    for (int attempt = 0; attempt < 8; ++attempt)
    {
        if (open_segment(name, read_only, segment) != Status::success)
            return Status::error;
        if (segment->state() == format::state_live)
            break;
    }
    if (segment->has_named_semaphores())
        segment->open_named_semaphores(false, 0);
    if (!segment->read_only())
        base::Word<double>(&segment->first_metadata()->last_access)
            .store_relaxed(static_cast<double>(platform::realtime_coarse_ns()) * 1e-9);
    handle.segment = std::move(segment);
    handle.wants_read_only = read_only;
    restart_position(handle, handle.segment->ring().newest());
    return Status::success;
}

Status reopen(Handle &handle) noexcept
{
    Handle fresh;
    if (open(handle.segment->name(), handle.wants_read_only, fresh) != Status::success)
        return Status::error;
    if (handle.has_loan())
        (void)abort_loan(handle);
    leave_readers(handle);
    handle.segment = std::move(fresh.segment);
    handle.loan_owner = 0;
    handle.has_frame = false;
    handle.rhythm = wait::Rhythm{};
    // From the first frame of the new segment, so that following it loses none.
    restart_position(handle, {handle.segment->depth() - 1, 0});
    return Status::success;
}

Status remove(const char *name) noexcept
{
    if (check_segment_name(name) != Status::success)
        return Status::error;
    std::unique_ptr<Segment> segment;
    platform::File lock;
    platform::FileFacts facts;
    platform::FileIdentity now;
    if (open_segment(name, false, segment) != Status::success ||
        platform::open_file(name, Access::read, lock) != Status::success || lock.lock(name) != Status::success ||
        segment->file().facts(name, facts) != Status::success)
        return Status::error;
    if (!platform::identity_of(name, now) || !(now == facts.identity))
        return fail(DAO_E_BUSY, "%s: replaced or removed by another process just now", name);
    if (platform::remove_file(name) != Status::success)
        return Status::error;
    segment->retire(format::state_removed);
    if (segment->has_named_semaphores())
        segment->remove_named_semaphores();
    return Status::success;
}

}
