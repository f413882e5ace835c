#include "segment/life.hpp"

#include "base/error.hpp"
#include "segment/notification.hpp"
#include "segment/semaphore_names.hpp"

#include <cstring>

namespace dao::segment
{

using base::fail;
using platform::Access;

Status check_segment_name(const char *name) noexcept
{
    if (name == nullptr)
        return base::fail_null(nullptr, "name");
    const size_t length = std::strlen(name);
    if (length == 0)
        return fail(DAO_E_NAME, "segment: its name is empty; expected 1 to %zu bytes", format::name_capacity - 1);
    if (length >= format::name_capacity)
        return fail(DAO_E_NAME, "%.40s...: the segment's name has %zu bytes; expected at most %zu", name, length,
                    format::name_capacity - 1);
    return Status::success;
}

Status fail_not_regular(DAO_ERROR_CODE code, const char *name, const char *verb) noexcept
{
    return fail(code, "%s: cannot %s it: not a regular file; expected the file of a segment", name, verb);
}

namespace
{

Status attach(const char *name, const char *path, platform::File file, bool read_only, SegmentPointer &segment) noexcept
{
    platform::FileInfo info;
    platform::Mapping mapping;
    format::Layout layout;
    if (file.query(name, info) != Status::success)
        return Status::error;
    if (!info.is_regular)
        return fail_not_regular(DAO_E_FORMAT, name, "open");
    if (info.bytes == 0)
        return fail(DAO_E_FORMAT, "%s: not a segment: the file is empty; expected one that create made", name);
    if (mapping.map(name, file, info.bytes, read_only ? Access::read : Access::read_write) != Status::success ||
        format::inspect(name, mapping.data(), info.bytes, layout) != Status::success)
        return Status::error;
    return make_segment(name, path, std::move(file), std::move(mapping), layout, read_only, segment);
}

// `path`: where the name is, absolute, and perhaps a link.
Status open_segment(const char *name, const char *path, bool read_only, SegmentPointer &segment) noexcept
{
    platform::File file;
    char target[platform::path_capacity];
    if (platform::resolve_links(path, target) != Status::success)
        return Status::error;
    if (!read_only && platform::open_file(target, Access::read_write, file) != Status::success)
    {
        if (base::last_error_code() != DAO_E_PERMISSION || platform::query_presence(target) != platform::Presence::file)
            return Status::error;
        read_only = true;
    }
    if (!file.is_open() && platform::open_file(target, Access::read, file) != Status::success)
        return Status::error;
    return attach(name, path, std::move(file), read_only, segment);
}

Status open_live(const char *name, const char *path, bool read_only, SegmentPointer &segment) noexcept
{
    SegmentPointer opened;
    // Between finding the file and mapping it another may have taken the name: then that one is meant.
    for (int attempt = 0; attempt < 8; ++attempt)
    {
        if (open_segment(name, path, read_only, opened) != Status::success)
            return Status::error;
        if (opened->state() == format::state_live)
            break;
    }
    if (opened->state() != format::state_live)
        return fail(
            DAO_E_REMOVED,
            "%s: cannot open it: the segment was removed or replaced, and this is another link to its file; expected "
            "the file of a segment that is in use: make it again, or remove the link",
            name);
    if (opened->has_dao_semaphores() || (opened->has_named_semaphores() && !opened->read_only()))
        opened->open_named_semaphores(false, 0);
    if (opened->extension() != nullptr && !opened->read_only() && opened->extension()->semaphore_layout != 0 &&
        !opened->has_native_semaphores())
        base::Word<uint32_t>(&opened->extension()->mixed_libraries).store_relaxed(1);
    if (!opened->read_only())
        base::Word<double>(&opened->first_metadata()->last_access)
            .store_relaxed(static_cast<double>(platform::realtime_coarse_ns()) * 1e-9);
    segment = std::move(opened);
    return Status::success;
}

}

Status open(const char *name, bool read_only, SegmentPointer &segment) noexcept
{
    if (check_segment_name(name) != Status::success)
        return Status::error;
    char path[platform::path_capacity];
    platform::make_absolute(name, path, sizeof path);
    return open_live(name, path, read_only, segment);
}

Status open_again(const Segment &before, bool read_only, SegmentPointer &segment) noexcept
{
    return open_live(before.name(), before.path(), read_only, segment);
}

Status open_to_lock(const char *path, platform::File &file) noexcept
{
    const Status status = platform::open_file(path, Access::read_write, file);
    if (status == Status::success || base::last_error_code() != DAO_E_PERMISSION)
        return status;
    return platform::open_file(path, Access::read, file);
}

Status remove(const char *name) noexcept
{
    if (check_segment_name(name) != Status::success)
        return Status::error;
    SegmentPointer segment; // null for one of another version, of whose waiters nothing is known
    platform::File file;
    platform::FileInfo info;
    platform::FileIdentity now;
    char path[platform::path_capacity];
    if (platform::resolve_links(name, path) != Status::success)
        return Status::error;
    if (open_segment(name, name, false, segment) != Status::success && base::last_error_code() != DAO_E_VERSION)
        return Status::error;
    base::Interrupts interrupts;
    if (open_to_lock(path, file) != Status::success)
        return Status::error;
    if (Status status = file.lock(name, interrupts); status != Status::success)
        return status;
    if ((segment != nullptr ? segment->file() : file).query(name, info) != Status::success)
        return Status::error;
    const platform::Named named = platform::identity_of(path, now);
    if (named == platform::Named::unknown)
        return Status::error;
    if (named == platform::Named::absent || !(now == info.identity))
        return fail(DAO_E_BUSY,
                    "%s: cannot remove it: busy: another process replaced or removed it meanwhile; expected the same "
                    "file until the end",
                    name);
    if (platform::remove_file(path) != Status::success)
        return Status::error;
    platform::remove_unfinished(path);
    if (segment == nullptr)
        return Status::success;
    retire(*segment, format::state_removed);
    remove_unshared_semaphores(*segment);
    return Status::success;
}

}
