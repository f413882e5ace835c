// What Linux does its own way with files.
#include "platform/platform.hpp"

#include "platform/posix/system_error.hpp"
#include "platform/posix/zeros.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace dao::platform
{
namespace
{

constexpr unsigned rename_noreplace = 1; // RENAME_NOREPLACE of linux/fs.h

}

Status File::reserve(const char *name, uint64_t bytes) noexcept
{
    const int file = static_cast<int>(handle_);
    int cause = 0;
    while (fallocate(file, 0, 0, static_cast<off_t>(bytes)) != 0)
    {
        if (errno == EINTR)
            continue;
        cause = errno == EOPNOTSUPP ? write_zeros(file, bytes) : errno;
        break;
    }
    return cause == 0 ? Status::success : fail_system(name, "reserve space for", cause);
}

Placed place_file(const char *temporary, const char *name, bool replace) noexcept
{
    int result = 0;
    if (replace)
        result = rename(temporary, name);
    else
        result = static_cast<int>(syscall(SYS_renameat2, AT_FDCWD, temporary, AT_FDCWD, name, rename_noreplace));
    if (result != 0 && !replace && (errno == EINVAL || errno == ENOSYS))
    {
        // This file system cannot rename without replacing; a hard link cannot replace either.
        result = link(temporary, name);
        if (result == 0)
            unlink(temporary);
    }
    if (result == 0)
        return Placed::done;
    if (!replace && errno == EEXIST)
        return Placed::occupied;
    (void)fail_system(name, "give the new file its name; create", errno);
    return Placed::failed;
}

}
