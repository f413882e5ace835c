// What has a name, and giving and taking names.
#include "platform/platform.hpp"
#include "platform/thread_cancellation.hpp"

#include "base/error.hpp"
#include "base/process_token.hpp"
#include "platform/posix/descriptor.hpp"
#include "platform/posix/file_system.hpp"
#include "platform/posix/system_error.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
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

constexpr char unfinished[] = ".new";

// Whether the name is one that create_beside() makes for `base`.
bool is_unfinished(const char *name, const char *base) noexcept
{
    const size_t base_length = std::strlen(base);
    if (std::strncmp(name, base, base_length) != 0 || name[base_length] != '.')
        return false;
    const char *digits = name + base_length + 1;
    const size_t count = std::strspn(digits, "0123456789abcdef");
    return count == 8 && std::strcmp(digits + count, unfinished) == 0;
}

// False when somebody takes the new file for one that a dead creator left: it is lost, or will be at once.
bool keep_from_removers(File &file) noexcept
{
    if (file.lock_byte(base::unfinished_lock_position) == ByteLock::others)
        return false;
    struct stat found;
    return fstat(file.descriptor(), &found) != 0 || found.st_nlink != 0;
}

// Its creator holds a lock on it until it dies, at the earliest until the file has its name.
void remove_if_left(const char *path) noexcept
{
    File file;
    FileInfo info;
    if (open_file(path, Access::read_write, file) == Status::success && file.query(path, info) == Status::success &&
        info.is_regular && info.is_own && file.lock_byte(base::unfinished_lock_position) == ByteLock::own)
        discard_file(path);
}

}

Presence query_presence(const char *name) noexcept
{
    struct stat found;
    if (lstat(name, &found) != 0)
    {
        if (errno == ENOENT || errno == ENOTDIR)
            return Presence::absent;
        (void)fail_system(name, "find", errno);
        return Presence::unknown;
    }
    if (S_ISLNK(found.st_mode))
        return Presence::link;
    return S_ISREG(found.st_mode) ? Presence::file : Presence::other;
}

Status open_file(const char *name, Access access, File &file) noexcept
{
    // O_NONBLOCK: a FIFO or a device under the name must not make us wait.
    const int flags = (access == Access::read ? O_RDONLY : O_RDWR) | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    const Uncancelled uncancelled;
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

Named identity_of(const char *name, FileIdentity &identity) noexcept
{
    struct stat found;
    if (stat(name, &found) == 0)
    {
        identity = {static_cast<uint64_t>(found.st_dev), found.st_ino};
        return Named::found;
    }
    if (errno == ENOENT || errno == ENOTDIR)
        return Named::absent;
    (void)fail_system(name, "find", errno);
    return Named::unknown;
}

FolderView folder_view(const char *path) noexcept
{
    FolderView view;
    struct stat found;
    if (stat("/", &found) != 0)
        return view;
    view.root = {static_cast<uint64_t>(found.st_dev), found.st_ino};
    char folder[path_capacity];
    std::snprintf(folder, sizeof folder, "%s", path);
    for (char *slash = std::strrchr(folder, '/'); slash != nullptr; slash = std::strrchr(folder, '/'))
    {
        slash[slash == folder ? 1 : 0] = 0;
        if (stat(folder, &found) == 0)
        {
            view.device = static_cast<uint64_t>(found.st_dev);
            view.is_known = true;
            break;
        }
        if (errno != ENOENT && errno != ENOTDIR)
            break;
        slash[0] = 0;
    }
    return view;
}

Status create_beside(const char *name, uint32_t mode, File &file, char *temporary, size_t capacity) noexcept
{
    constexpr int flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
    constexpr int attempts = 8;
    const Uncancelled uncancelled;
    bool is_kept = false;
    for (int attempt = 0; attempt < attempts && !is_kept; ++attempt)
    {
        std::snprintf(temporary, capacity, "%s.%08x%s", name, static_cast<unsigned>(random_number()), unfinished);
        file.close();
        const int opened = ::open(temporary, flags, static_cast<mode_t>(mode));
        file.handle_.reset({beyond_standard(opened)});
        if (!file.is_open())
        {
            const int cause = errno;
            if (opened >= 0) // made, but not to be moved beyond the standard descriptors
                discard_file(temporary);
            return fail_system(name, "create", cause);
        }
        is_kept = keep_from_removers(file);
    }
    if (!is_kept)
        return base::fail(
            DAO_E_BUSY,
            "%s: cannot create it: busy: other processes removed its new file %d times; expected it to stay", name,
            attempts);
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

void remove_unfinished(const char *name) noexcept
{
    struct Search
    {
        const char *name;
        const char *base;
        int folder_length;
    };
    const char *slash = std::strrchr(name, '/');
    const char *base = slash == nullptr ? name : slash + 1;
    Search search{name, base, static_cast<int>(base - name)};
    char folder[path_capacity];
    std::snprintf(folder, sizeof folder, "%.*s.", search.folder_length, name);
    const auto remove_one = [](const char *entry, void *context) {
        const Search &where = *static_cast<Search *>(context);
        char path[path_capacity];
        std::snprintf(path, sizeof path, "%.*s%s", where.folder_length, where.name, entry);
        if (is_unfinished(entry, where.base))
            remove_if_left(path);
        return false; // on with the next
    };
    (void)find_in_folder(folder, remove_one, &search);
}

}
