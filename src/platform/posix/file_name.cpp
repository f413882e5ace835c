// What has a name, and giving and taking names.
#include "platform/platform.hpp"

#include "base/error.hpp"
#include "platform/posix/descriptor.hpp"
#include "platform/posix/file_system.hpp"
#include "platform/posix/system_error.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dao::platform
{
namespace
{

// Where the file system cannot rename without replacing: a hard link cannot replace either. Returns an errno.
int link_to_free_name(const char *from, const char *to) noexcept
{
    if (link(from, to) != 0)
        return errno;
    unlink(from);
    return 0;
}

}

Presence query_presence(const char *name) noexcept
{
    struct stat found;
    if (lstat(name, &found) != 0)
        return Presence::absent;
    if (S_ISLNK(found.st_mode))
        return Presence::link;
    return S_ISREG(found.st_mode) ? Presence::file : Presence::other;
}

Status open_file(const char *name, Access access, File &file) noexcept
{
    // O_NONBLOCK: a FIFO or a device under the name must not make us wait.
    const int flags = (access == Access::read ? O_RDONLY : O_RDWR) | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    file.close();
    file.handle_.reset({beyond_standard(::open(name, flags))});
    if (file.is_open())
        return Status::success;
    const int cause = errno;
    if (cause == ELOOP && query_presence(name) == Presence::link)
        return base::fail(DAO_E_PERMISSION,
                          "%s: cannot open it: a symbolic link; expected the name of the segment itself", name);
    return fail_system(name, "open", cause);
}

void make_absolute(const char *name, char *path, size_t capacity) noexcept
{
    char folder[path_capacity];
    const bool is_relative = name[0] != '/' && getcwd(folder, sizeof folder) != nullptr;
    const int length =
        is_relative ? std::snprintf(path, capacity, "%s/%s", folder, name) : std::snprintf(path, capacity, "%s", name);
    if (length < 0 || static_cast<size_t>(length) >= capacity)
        std::snprintf(path, capacity, "%s", name);
}

bool identity_of(const char *name, FileIdentity &identity) noexcept
{
    struct stat found;
    if (stat(name, &found) != 0)
        return false;
    identity = {static_cast<uint64_t>(found.st_dev), found.st_ino};
    return true;
}

Status create_beside(const char *name, uint32_t mode, File &file, char *temporary, size_t capacity) noexcept
{
    std::snprintf(temporary, capacity, "%s.%08x.new", name, static_cast<unsigned>(random_number()));
    file.close();
    constexpr int flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
    file.handle_.reset({beyond_standard(::open(temporary, flags, static_cast<mode_t>(mode)))});
    if (!file.is_open())
    {
        const int cause = errno;
        discard_file(temporary); // when it was made, and could not be moved beyond the standard descriptors
        return fail_system(name, "create", cause);
    }
    // A mode that was asked for holds whatever the umask.
    if (mode != 0600 && fchmod(file.descriptor(), static_cast<mode_t>(mode)) != 0)
    {
        const int cause = errno;
        discard_file(temporary);
        return fail_system(name, "set the mode of", cause);
    }
    return Status::success;
}

Placed place_file(const char *temporary, const char *name, bool replace) noexcept
{
    int cause = 0;
    if (replace)
        cause = rename(temporary, name) == 0 ? 0 : errno;
    else
        cause = rename_to_free_name(temporary, name);
    if (cause == ENOTSUP && !replace)
        cause = link_to_free_name(temporary, name);
    if (cause == 0)
        return Placed::done;
    if (cause == EEXIST && !replace)
        return Placed::occupied;
    (void)fail_system(name, "give the new file its name; create", cause);
    return Placed::failed;
}

Status remove_file(const char *name) noexcept
{
    if (unlink(name) != 0 && errno != ENOENT)
        return fail_system(name, "remove", errno);
    return Status::success;
}

void discard_file(const char *temporary) noexcept
{
    unlink(temporary);
}

}
