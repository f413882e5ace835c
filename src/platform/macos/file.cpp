// What macOS does its own way with files.
#include "platform/platform.hpp"

#include "platform/posix/system_error.hpp"
#include "platform/posix/zeros.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

namespace dao::platform
{

Status File::reserve(const char *name, uint64_t bytes) noexcept
{
    const int file = static_cast<int>(handle_);
    fstore_t wanted{F_ALLOCATEALL, F_PEOFPOSMODE, 0, static_cast<off_t>(bytes), 0};
    int cause = 0;
    if (fcntl(file, F_PREALLOCATE, &wanted) != 0)
        cause = errno == ENOTSUP || errno == EINVAL ? write_zeros(file, bytes) : errno;
    if (cause == 0 && ftruncate(file, static_cast<off_t>(bytes)) != 0) // sets the size; the room is there
        cause = errno;
    return cause == 0 ? Status::success : fail_system(name, "reserve space for", cause);
}

Placed place_file(const char *temporary, const char *name, bool replace) noexcept
{
    int result = replace ? rename(temporary, name) : renamex_np(temporary, name, RENAME_EXCL);
    if (result != 0 && !replace && (errno == ENOTSUP || errno == EINVAL))
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
