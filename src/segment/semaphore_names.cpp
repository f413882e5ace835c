#include "segment/semaphore_names.hpp"

#include "base/error.hpp"
#include "segment/life.hpp"

#include <cstdio>
#include <cstring>

namespace dao::segment
{

const char *base_name(const char *segment_name) noexcept
{
    const char *base = segment_name;
    for (const char *at = segment_name; *at != 0; ++at)
        if (*at == '/' || *at == '\\')
            base = at + 1;
    return base;
}

size_t stem_length(const char *base_name) noexcept
{
    return std::strcspn(base_name, ".");
}

namespace
{

struct Search
{
    const char *folder;
    const char *base;
    platform::FileIdentity own; // nothing when the file is not there yet
    char found[format::name_capacity];
};

bool has_same_stem(const char *entry, const char *base) noexcept
{
    const size_t length = stem_length(base);
    return stem_length(entry) == length && std::memcmp(entry, base, length) == 0;
}

// Files that are being made, or put aside, are not there for others.
bool is_temporary(const char *entry) noexcept
{
    const size_t length = std::strlen(entry);
    for (const char *ending : {".new", ".daoShm-new", ".daoShm-old"})
        if (length > std::strlen(ending) && std::strcmp(entry + length - std::strlen(ending), ending) == 0)
            return true;
    return false;
}

bool shares_semaphores(const char *entry, void *context) noexcept
{
    Search &search = *static_cast<Search *>(context);
    if (!has_same_stem(entry, search.base) || is_temporary(entry))
        return false;
    const int length = std::snprintf(search.found, sizeof search.found, "%s%s%s", search.folder,
                                     base_name(search.folder)[0] == 0 ? "" : "/", entry);
    platform::FileIdentity identity;
    if (length < 0 || static_cast<size_t>(length) >= sizeof search.found ||
        platform::identity_of(search.found, identity) != platform::Named::found || identity == search.own)
        return false;
    SegmentPointer other;
    return open(search.found, true, other) == Status::success && other->has_dao_semaphores();
}

// Finds another segment that has the same semaphores of DAO's, in the segment's folder or where segments usually are.
bool find_sharer(const char *segment_name, const char *path, Search &search) noexcept
{
    char own_folder[platform::path_capacity];
    std::snprintf(own_folder, sizeof own_folder, "%s", path);
    own_folder[base_name(own_folder) - own_folder] = 0;
    search = {nullptr, base_name(segment_name), {}, {}};
    (void)platform::identity_of(path, search.own);
    for (const char *folder : {static_cast<const char *>(own_folder), "/tmp", "/dev/shm"})
    {
        search.folder = folder;
        if (platform::find_in_folder(folder[0] == 0 ? "." : folder, shares_semaphores, &search))
            return true;
    }
    return false;
}

}

Status check_semaphore_names(const char *segment_name, const char *path) noexcept
{
    Search search;
    if (!find_sharer(segment_name, path, search))
        return Status::success;
    return base::fail(DAO_E_NAME,
                      "%s: cannot create it with DAO's named semaphores: %s has the same, \"%.*s_sem00\" and so on; "
                      "expected a name that differs before its first dot",
                      segment_name, search.found, static_cast<int>(stem_length(search.base)), search.base);
}

void remove_unshared_semaphores(const Segment &segment) noexcept
{
    Search search;
    if (segment.has_named_semaphores() &&
        !(segment.has_dao_semaphores() && find_sharer(segment.name(), segment.path(), search)))
        segment.remove_named_semaphores();
}

}
