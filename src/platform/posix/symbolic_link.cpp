// Following the symbolic links of users that are trusted, and of no others.
#include "platform/platform.hpp"

#include "base/error.hpp"

#include <cstdio>
#include <cstring>
#include <sys/stat.h>
#include <unistd.h>

namespace dao::platform
{
namespace
{

constexpr int most_links = 40; // as the system's own limit

// Bytes of `path` up to its last separator, with it.
size_t folder_length(const char *path) noexcept
{
    const char *last = std::strrchr(path, '/');
    return last == nullptr ? 0 : static_cast<size_t>(last - path) + 1;
}

bool query_folder(const char *path, struct stat &folder) noexcept
{
    char name[path_capacity];
    const size_t length = folder_length(path);
    std::memcpy(name, path, length);
    std::memcpy(name + length, ".", 2);
    return stat(name, &folder) == 0;
}

// In a sticky folder the rule is that of the kernel's fs.protected_symlinks, which not every system follows itself.
Status check_maker(const char *name, const char *path, const struct stat &link) noexcept
{
    struct stat folder;
    const uid_t user = geteuid();
    const bool found = query_folder(path, folder);
    const bool is_public = !found || ((folder.st_mode & S_ISVTX) != 0 && (folder.st_mode & S_IWOTH) != 0);
    if (link.st_uid == user || (is_public ? found && link.st_uid == folder.st_uid : link.st_uid == 0))
        return Status::success;
    return base::fail(
        DAO_E_PERMISSION,
        "%s: cannot follow it: a symbolic link that user %u made; expected one that this user (%u) or %s made", name,
        static_cast<unsigned>(link.st_uid), static_cast<unsigned>(user),
        is_public ? "the owner of its folder, where anybody may make links," : "root");
}

// False when it is no link any more, or another one.
bool read_link(const char *path, const struct stat &link, char *target) noexcept
{
    const ssize_t length = readlink(path, target, path_capacity - 1);
    struct stat now;
    if (length < 0 || lstat(path, &now) != 0)
        return false;
    target[length] = 0;
    return now.st_dev == link.st_dev && now.st_ino == link.st_ino && now.st_uid == link.st_uid &&
           now.st_ctime == link.st_ctime;
}

// Puts the target in the place of the link's name. False when that is too long.
bool follow(char *path, const char *target) noexcept
{
    const size_t kept = target[0] == '/' ? 0 : folder_length(path);
    const size_t length = std::strlen(target);
    if (kept + length >= path_capacity)
        return false;
    std::memcpy(path + kept, target, length + 1);
    return true;
}

}

Status resolve_links(const char *name, char *path) noexcept
{
    std::snprintf(path, path_capacity, "%s", name);
    for (int links = 0; links < most_links; ++links)
    {
        struct stat link;
        char target[path_capacity];
        if (lstat(path, &link) != 0 || !S_ISLNK(link.st_mode))
            return Status::success;
        if (check_maker(name, path, link) != Status::success)
            return Status::error;
        if (read_link(path, link, target) && !follow(path, target))
            return base::fail(DAO_E_NAME,
                              "%s: cannot follow it: a symbolic link to a name that is too long; expected at most %zu "
                              "bytes",
                              name, path_capacity - 1);
    }
    return base::fail(DAO_E_PERMISSION, "%s: cannot follow it: more than %d symbolic links; expected at most as many",
                      name, most_links);
}

}
