#include "segment/life.hpp"

#include "base/error.hpp"
#include "segment/reuse.hpp"

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
             const CreateOptions &options, SegmentPointer &segment) noexcept
{
    if (make_segment(name, std::move(file), std::move(mapping), layout, false, segment) != Status::success)
        return Status::error;
    segment->initialise(shared, options.named_semaphores);
    return Status::success;
}

// Makes the segment under a name of its own, complete; it belongs to whom the file belongs whose place it takes.
Status build_beside(const char *name, const Layout &layout, const CreateOptions &options, const platform::FileInfo *old,
                    char *temporary, SegmentPointer &segment) noexcept
{
    File file;
    Mapping mapping;
    if (platform::create_beside(name, options.file_mode, file, temporary, temporary_capacity) != Status::success)
        return Status::error;
    if ((old == nullptr ||
         file.take_owner(name, *old, options.is_mode_asked ? options.file_mode : 0) == Status::success) &&
        file.reserve(name, layout.file_bytes) == Status::success &&
        mapping.map(name, file, layout.file_bytes, Access::read_write) == Status::success &&
        build(name, std::move(file), std::move(mapping), layout, true, options, segment) == Status::success)
        return Status::success;
    platform::discard_file(temporary);
    return Status::error;
}

// Takes the place of `old`; where that is null, a name that nothing has.
Placed create_new(const char *name, const Layout &layout, const CreateOptions &options, const platform::FileInfo *old,
                  SegmentPointer &segment) noexcept
{
    char temporary[temporary_capacity];
    SegmentPointer fresh;
    if (build_beside(name, layout, options, old, temporary, fresh) != Status::success)
        return Placed::failed;
    const Placed placed = platform::place_file(temporary, name, old != nullptr);
    if (placed == Placed::done)
        segment = std::move(fresh);
    else
        platform::discard_file(temporary);
    return placed;
}

Status check_owner(const char *name, const platform::FileInfo &info) noexcept
{
    if (!info.is_regular)
        return fail(DAO_E_EXISTS, "%s: cannot replace it: not a regular file", name);
    if (!info.is_own && !info.may_replace)
        return fail(DAO_E_PERMISSION,
                    "%s: cannot replace it: belongs to another user (id %u); expected a file of your own", name,
                    info.owner);
    return Status::success;
}

// Whether the segment there can go on as the one that is asked for.
bool is_reusable(const Segment &segment, const Layout &layout) noexcept
{
    return segment.extension() != nullptr && !segment.read_only() && segment.state() == format::state_live &&
           segment.layout().geometry == layout.geometry;
}

// There is a file of that name, and its creation lock is held by `lock`: reuse it or take its place.
Placed create_over(const char *name, const Layout &layout, const CreateOptions &options, const platform::FileInfo &info,
                   SegmentPointer &segment) noexcept
{
    if (info.bytes == 0) // made by mkstemp or touch: nothing to lose
        return create_new(name, layout, options, &info, segment);
    SegmentPointer old;
    if (open(name, false, old) != Status::success)
    {
        if (base::last_error_code() == DAO_E_VERSION)
            return create_new(name, layout, options, &info, segment);
        if (base::last_error_code() == DAO_E_FORMAT)
            (void)fail(DAO_E_EXISTS,
                       "%s: cannot create it: exists and is not a segment; remove it or choose another name", name);
        return Placed::failed;
    }
    if (is_reusable(*old, layout))
    {
        if (reuse(*old, options.named_semaphores) != Status::success)
            return Placed::failed;
        segment = std::move(old);
        return Placed::done;
    }
    const Placed placed = create_new(name, layout, options, &info, segment);
    if (placed == Placed::done)
        old->retire(format::state_replaced);
    return placed;
}

Placed create_where_a_file_is(const char *name, const Layout &layout, const CreateOptions &options,
                              SegmentPointer &segment) noexcept
{
    File lock;
    platform::FileInfo info;
    platform::FileIdentity now;
    if (open_to_lock(name, lock) != Status::success)
        return base::last_error_code() == DAO_E_NOT_FOUND ? Placed::occupied : Placed::failed;
    if (lock.query(name, info) != Status::success || check_owner(name, info) != Status::success ||
        lock.lock(name) != Status::success)
        return Placed::failed;
    if (!platform::identity_of(name, now) || !(now == info.identity))
        return Placed::occupied; // another creator was faster: check again
    return create_over(name, layout, options, info, segment);
}

Placed create_exclusively(const char *name, const Layout &layout, const CreateOptions &options,
                          SegmentPointer &segment) noexcept
{
    Placed placed = Placed::occupied;
    if (platform::query_presence(name) == Presence::absent)
        placed = create_new(name, layout, options, nullptr, segment);
    if (placed != Placed::occupied)
        return placed;
    (void)fail(DAO_E_EXISTS, "%s: cannot create it: the name is taken; expected a name that nothing has", name);
    return Placed::failed;
}

}

Status create(const char *name, const Geometry &geometry, const CreateOptions &options,
              SegmentPointer &segment) noexcept
{
    Layout layout;
    if (check_segment_name(name) != Status::success || format::plan(name, geometry, layout) != Status::success)
        return Status::error;
    Placed placed = options.exclusive ? create_exclusively(name, layout, options, segment) : Placed::occupied;
    for (int attempt = 0; attempt < 100 && placed == Placed::occupied; ++attempt)
    {
        switch (platform::query_presence(name))
        {
        case Presence::link:
            return fail(DAO_E_PERMISSION,
                        "%s: cannot create it: a symbolic link; expected the name of the segment itself", name);
        case Presence::other:
            return fail(DAO_E_EXISTS, "%s: cannot create it: exists and is not a regular file", name);
        case Presence::absent:
            placed = create_new(name, layout, options, nullptr, segment);
            break;
        case Presence::file:
            placed = create_where_a_file_is(name, layout, options, segment);
            break;
        }
    }
    if (placed == Placed::occupied)
        return fail(DAO_E_BUSY, "%s: cannot create it: other processes keep doing so", name);
    if (placed == Placed::failed)
        return Status::error;
    if (segment->has_named_semaphores())
        segment->open_named_semaphores(true, options.file_mode);
    return Status::success;
}

Status create_private(const char *name, const Geometry &geometry, SegmentPointer &segment) noexcept
{
    Layout layout;
    Mapping mapping;
    if (check_segment_name(name) != Status::success || format::plan(name, geometry, layout) != Status::success ||
        mapping.allocate(name, layout.file_bytes) != Status::success)
        return Status::error;
    return build(name, File(), std::move(mapping), layout, false, CreateOptions{}, segment);
}

}
