#include "segment/life.hpp"

#include "base/error.hpp"
#include "segment/reader.hpp"
#include "segment/writer.hpp"

#include <new>

namespace dao::segment
{

using base::fail;
using format::Geometry;
using format::Layout;
using platform::Access;
using platform::File;
using platform::Mapping;
using platform::Placed;
using platform::Presence;

namespace
{

constexpr size_t temporary_capacity = format::name_capacity + 32;

Status build(const char *name, File file, Mapping mapping, const Layout &layout, bool shared,
             const CreateOptions &options, Handle &handle) noexcept
{
    std::unique_ptr<Segment> segment(
        new (std::nothrow) Segment(name, std::move(file), std::move(mapping), layout, false));
    if (segment == nullptr)
        return fail(DAO_E_NO_MEMORY, "%s: out of memory", name);
    segment->initialise(shared, options.named_semaphores);
    handle.segment = std::move(segment);
    return Status::success;
}

// Makes the segment under a name of its own, complete.
Status build_beside(const char *name, const Layout &layout, const CreateOptions &options, char *temporary,
                    Handle &handle) noexcept
{
    File file;
    Mapping mapping;
    if (platform::create_beside(name, options.file_mode, file, temporary, temporary_capacity) != Status::success)
        return Status::error;
    if (file.reserve(name, layout.file_bytes) == Status::success &&
        mapping.map(name, file, layout.file_bytes, Access::read_write) == Status::success &&
        build(name, std::move(file), std::move(mapping), layout, true, options, handle) == Status::success)
        return Status::success;
    platform::discard_file(temporary);
    return Status::error;
}

Placed create_new(const char *name, const Layout &layout, const CreateOptions &options, bool replace,
                  Handle &handle) noexcept
{
    char temporary[temporary_capacity];
    Handle fresh;
    if (build_beside(name, layout, options, temporary, fresh) != Status::success)
        return Placed::failed;
    const Placed placed = platform::place_file(temporary, name, replace);
    if (placed == Placed::done)
        handle.segment = std::move(fresh.segment);
    else
        platform::discard_file(temporary);
    return placed;
}

Status check_owner(const char *name, const platform::FileFacts &facts) noexcept
{
    if (!facts.is_regular)
        return fail(DAO_E_EXISTS, "%s: not a regular file, and so not replaced", name);
    if (!facts.is_own && !facts.may_displace)
        return fail(DAO_E_PERMISSION, "%s: belongs to another user (id %u); expected a file of your own", name,
                    facts.owner);
    return Status::success;
}

// Whether the segment there can go on as the one that is asked for.
bool is_reusable(const Segment &segment, const Layout &layout, const platform::FileFacts &facts) noexcept
{
    return facts.is_own && segment.extension() != nullptr && segment.state() == format::state_live &&
           segment.layout().geometry == layout.geometry;
}

// There is a file of that name, and its creation lock is held by `lock`: reuse it or take its place.
Placed create_over(const char *name, const Layout &layout, const CreateOptions &options,
                   const platform::FileFacts &facts, Handle &handle) noexcept
{
    if (facts.bytes == 0) // made by mkstemp or touch: nothing to lose
        return create_new(name, layout, options, true, handle);
    Handle old;
    if (open(name, false, old) != Status::success)
    {
        if (base::last_error_code() == DAO_E_FORMAT)
            (void)fail(DAO_E_EXISTS, "%s: exists and is not a segment; remove it or choose another name", name);
        return Placed::failed;
    }
    if (is_reusable(*old.segment, layout, facts) && !old.segment->read_only())
    {
        if (restart(old, options.named_semaphores) != Status::success)
            return Placed::failed;
        handle.segment = std::move(old.segment);
        return Placed::done;
    }
    const Placed placed = create_new(name, layout, options, true, handle);
    if (placed == Placed::done)
        old.segment->retire(format::state_replaced);
    return placed;
}

Placed create_where_a_file_is(const char *name, const Layout &layout, const CreateOptions &options,
                              Handle &handle) noexcept
{
    File lock;
    platform::FileFacts facts;
    platform::FileIdentity now;
    if (platform::open_file(name, Access::read, lock) != Status::success)
        return base::last_error_code() == DAO_E_NOT_FOUND ? Placed::occupied : Placed::failed;
    if (lock.facts(name, facts) != Status::success || check_owner(name, facts) != Status::success ||
        lock.lock(name) != Status::success)
        return Placed::failed;
    if (!platform::identity_of(name, now) || !(now == facts.identity))
        return Placed::occupied; // another creator was faster: look again
    return create_over(name, layout, options, facts, handle);
}

}

Status create(const char *name, const Geometry &geometry, const CreateOptions &options, Handle &handle) noexcept
{
    Layout layout;
    if (check_segment_name(name) != Status::success || format::plan(name, geometry, layout) != Status::success)
        return Status::error;
    Placed placed = Placed::occupied;
    for (int attempt = 0; attempt < 100 && placed == Placed::occupied; ++attempt)
    {
        switch (platform::look_up(name))
        {
        case Presence::link:
            return fail(DAO_E_PERMISSION, "%s: a symbolic link, which is not followed; name the segment itself", name);
        case Presence::other:
            return fail(DAO_E_EXISTS, "%s: exists and is not a regular file", name);
        case Presence::absent:
            placed = create_new(name, layout, options, false, handle);
            break;
        case Presence::file:
            placed = create_where_a_file_is(name, layout, options, handle);
            break;
        }
    }
    if (placed == Placed::occupied)
        return fail(DAO_E_BUSY, "%s: other processes keep creating it", name);
    if (placed == Placed::failed)
        return Status::error;
    if (handle.segment->has_named_semaphores())
        handle.segment->open_named_semaphores(true, options.file_mode);
    restart_position(handle, handle.segment->ring().newest());
    return Status::success;
}

Status create_private(const char *name, const Geometry &geometry, Handle &handle) noexcept
{
    Layout layout;
    Mapping mapping;
    if (check_segment_name(name) != Status::success || format::plan(name, geometry, layout) != Status::success ||
        mapping.allocate(name, layout.file_bytes) != Status::success ||
        build(name, File(), std::move(mapping), layout, false, CreateOptions{}, handle) != Status::success)
        return Status::error;
    restart_position(handle, handle.segment->ring().newest());
    return Status::success;
}

}
