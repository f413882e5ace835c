#include "segment/life.hpp"

#include "base/error.hpp"
#include "segment/notification.hpp"
#include "segment/reuse.hpp"
#include "segment/semaphore_names.hpp"

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

constexpr size_t temporary_capacity = platform::path_capacity + 32;

// The name that the caller gave, and where its links lead.
struct Place
{
    const char *name;
    char path[platform::path_capacity];
    base::Interrupts &interrupts; // of its waits for locks
};

Status build(const char *name, File file, Mapping mapping, const Layout &layout, bool shared,
             const CreateOptions &options, SegmentPointer &segment) noexcept
{
    char path[platform::path_capacity];
    platform::make_absolute(name, path, sizeof path);
    if (make_segment(name, path, std::move(file), std::move(mapping), layout, false, segment) != Status::success)
        return Status::error;
    segment->initialise(shared, options.dao_semaphores);
    return Status::success;
}

// Makes the segment complete under a temporary name, with the owner of the file that it is to replace.
Status build_beside(const Place &place, const Layout &layout, const CreateOptions &options,
                    const platform::FileInfo *old, char *temporary, SegmentPointer &segment) noexcept
{
    File file;
    Mapping mapping;
    if (platform::create_beside(place.path, options.file_mode, file, temporary, temporary_capacity) != Status::success)
        return Status::error;
    if ((old == nullptr ||
         file.take_owner(place.path, *old, options.is_mode_asked ? options.file_mode : 0) == Status::success) &&
        file.reserve(place.path, layout.file_bytes) == Status::success &&
        mapping.map(place.path, file, layout.file_bytes, Access::read_write) == Status::success &&
        build(place.name, std::move(file), std::move(mapping), layout, true, options, segment) == Status::success)
        return Status::success;
    platform::discard_file(temporary);
    return Status::error;
}

// Semaphores of that name may have been there before, with posts for another segment's frames. Their owners keep them until this
// one has the name; whoever has opened it since, and published, posts once more.
void forget_older_posts(Segment &segment) noexcept
{
    if (!segment.has_named_semaphores())
        return;
    forget_posts(segment);
    if (segment.slots().newest().counter != 0)
        notify_waiters(segment);
}

// Takes the place of `old`; where that is null, a name that nothing has.
Placed create_new(const Place &place, const Layout &layout, const CreateOptions &options, const platform::FileInfo *old,
                  SegmentPointer &segment) noexcept
{
    char temporary[temporary_capacity];
    SegmentPointer fresh;
    if (build_beside(place, layout, options, old, temporary, fresh) != Status::success)
        return Placed::failed;
    // Whoever finds the segment finds its semaphores.
    if (fresh->has_named_semaphores())
        fresh->open_named_semaphores(true, options.file_mode);
    const Placed placed = platform::place_file(temporary, place.path, old != nullptr);
    if (placed == Placed::done)
    {
        fresh->file().finish();
        forget_older_posts(*fresh);
        segment = std::move(fresh);
        return placed;
    }
    platform::discard_file(temporary);
    // The segment that has the name now may have the same semaphores, where they are DAO's.
    if (fresh->has_named_semaphores() &&
        (!fresh->has_dao_semaphores() || platform::query_presence(place.path) == Presence::absent))
        fresh->remove_named_semaphores();
    return placed;
}

Status check_owner(const char *name, const platform::FileInfo &info) noexcept
{
    if (!info.is_regular)
        return fail_not_regular(DAO_E_EXISTS, name, "replace");
    if (!info.is_own && !info.may_replace)
        return fail(DAO_E_PERMISSION,
                    "%s: cannot replace it: belongs to another user (id %u); expected a file of your own", name,
                    info.owner);
    return Status::success;
}

// Whether it has the kind of semaphores that a segment made now would have: DAO's where asked for, or this C library's.
bool has_right_semaphores(const Segment &segment, const CreateOptions &options) noexcept
{
    if (options.dao_semaphores && segment.has_named_semaphores())
        return segment.has_dao_semaphores();
    return segment.extension()->semaphore_layout == static_cast<uint32_t>(platform::semaphore_layout());
}

// Whether the segment there can go on as the one that is asked for.
bool is_reusable(const Segment &segment, const Layout &layout, const CreateOptions &options) noexcept
{
    return segment.extension() != nullptr && !segment.read_only() && segment.state() == format::state_live &&
           segment.layout().geometry == layout.geometry && has_right_semaphores(segment, options);
}

// DAO's, of the same shape: used as it is, since DAO programs that have it open would never notice that another file replaced
// it.
bool is_adoptable(const Segment &segment, const Layout &layout) noexcept
{
    return segment.extension() == nullptr && !segment.read_only() && segment.layout().geometry == layout.geometry;
}

Placed replace(const Place &place, const Layout &layout, const CreateOptions &options, const platform::FileInfo &info,
               Segment &old, SegmentPointer &segment) noexcept
{
    platform::remove_unfinished(place.path);
    const Placed placed = create_new(place, layout, options, &info, segment);
    if (placed != Placed::done)
        return placed;
    retire(old, format::state_replaced);
    if (!(old.has_dao_semaphores() && segment->has_dao_semaphores())) // which are the same: by name
        remove_unshared_semaphores(old);
    return placed;
}

// There is a file of that name, and its creation lock is held: reuse it, adopt it or take its place.
Placed create_over(const Place &place, const Layout &layout, const CreateOptions &options,
                   const platform::FileInfo &info, SegmentPointer &segment) noexcept
{
    if (info.bytes == 0) // made by mkstemp or touch: nothing to lose
        return create_new(place, layout, options, &info, segment);
    SegmentPointer old;
    if (open(place.name, false, old) != Status::success)
    {
        if (base::last_error_code() == DAO_E_VERSION || base::last_error_code() == DAO_E_REMOVED)
            return create_new(place, layout, options, &info, segment);
        if (base::last_error_code() == DAO_E_FORMAT)
            (void)fail(DAO_E_EXISTS,
                       "%s: cannot create it: exists and is not a segment; expected a name that is free: remove it or "
                       "choose another name",
                       place.name);
        return Placed::failed;
    }
    platform::FileInfo opened;
    if (old->file().query(place.name, opened) != Status::success)
        return Placed::failed;
    if (!(opened.identity == info.identity)) // a link that leads elsewhere now
        return Placed::occupied;
    const bool reusable = is_reusable(*old, layout, options);
    if (!reusable && !is_adoptable(*old, layout))
        return replace(place, layout, options, info, *old, segment);
    // DAO's files have no room reserved.
    if (!reusable && old->file().reserve_content(place.name, info.bytes) != Status::success)
        return Placed::failed;
    const Status reused =
        reusable ? reuse(*old, place.interrupts, options.dao_semaphores, options.file_mode) : Status::success;
    if (reused == Status::replaced || reused == Status::removed) // while it waited for a lock
        return Placed::occupied;
    if (reused != Status::success)
        return Placed::failed;
    segment = std::move(old);
    return Placed::done;
}

Placed create_where_a_file_is(const Place &place, const Layout &layout, const CreateOptions &options,
                              SegmentPointer &segment) noexcept
{
    File lock;
    platform::FileInfo info;
    platform::FileIdentity now;
    if (open_to_lock(place.path, lock) != Status::success)
        return base::last_error_code() == DAO_E_NOT_FOUND ? Placed::occupied : Placed::failed;
    if (lock.query(place.name, info) != Status::success || check_owner(place.name, info) != Status::success ||
        lock.lock(place.name, place.interrupts) != Status::success)
        return Placed::failed;
    const platform::Named named = platform::identity_of(place.path, now);
    if (named == platform::Named::unknown)
        return Placed::failed;
    if (named == platform::Named::absent || !(now == info.identity))
        return Placed::occupied; // another creator was faster: check again
    return create_over(place, layout, options, info, segment);
}

Placed create_exclusively(const Place &place, const Layout &layout, const CreateOptions &options,
                          SegmentPointer &segment) noexcept
{
    const Presence presence = platform::query_presence(place.name);
    if (presence == Presence::unknown)
        return Placed::failed;
    Placed placed = Placed::occupied;
    if (presence == Presence::absent)
        placed = create_new(place, layout, options, nullptr, segment);
    if (placed != Placed::occupied)
        return placed;
    (void)fail(DAO_E_EXISTS, "%s: cannot create it: the name is taken; expected a name that nothing has", place.name);
    return Placed::failed;
}

// One attempt: occupied when what has the name changed meanwhile.
Placed attempt_create(Place &place, const Layout &layout, const CreateOptions &options,
                      SegmentPointer &segment) noexcept
{
    if (platform::resolve_links(place.name, place.path) != Status::success ||
        (options.dao_semaphores && check_semaphore_names(place.name, place.path) != Status::success))
        return Placed::failed;
    if (options.exclusive)
        return create_exclusively(place, layout, options, segment);
    switch (platform::query_presence(place.path))
    {
    case Presence::absent:
        return create_new(place, layout, options, nullptr, segment);
    case Presence::file:
        return create_where_a_file_is(place, layout, options, segment);
    case Presence::link:
        (void)fail(DAO_E_PERMISSION, "%s: cannot create it: a symbolic link; expected the name of the segment itself",
                   place.name);
        break;
    case Presence::unknown:
        break;
    case Presence::other:
        (void)fail_not_regular(DAO_E_EXISTS, place.name, "create");
        break;
    }
    return Placed::failed;
}

}

Status create(const char *name, const Geometry &geometry, const CreateOptions &options,
              SegmentPointer &segment) noexcept
{
    Layout layout;
    if (check_segment_name(name) != Status::success || format::plan(name, geometry, layout) != Status::success)
        return Status::error;
    base::Interrupts interrupts;
    Place place{name, {}, interrupts};
    Placed placed = Placed::occupied;
    constexpr int attempts = 100;
    for (int attempt = 0; attempt < attempts && placed == Placed::occupied; ++attempt)
        placed = attempt_create(place, layout, options, segment);
    if (placed == Placed::occupied)
        return fail(DAO_E_BUSY,
                    "%s: cannot create it: busy: other processes created or removed it during each of %d attempts; "
                    "expected one during which they do not",
                    name, attempts);
    if (placed == Placed::failed)
        return base::last_error_code() == DAO_E_INTERRUPTED ? Status::interrupted : Status::error;
    if (segment->has_named_semaphores()) // an adopted segment may lack some
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
