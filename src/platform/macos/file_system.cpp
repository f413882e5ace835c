#include "platform/posix/file_system.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dao::platform
{

int reserve_space(int file, uint64_t bytes) noexcept
{
    struct stat found;
    if (fstat(file, &found) != 0)
        return errno;
    if (found.st_size != 0)
        return ENOTSUP; // room is had behind the end only, not in the holes of what a file has
    // In one piece or several.
    fstore_t wanted{F_ALLOCATEALL, F_PEOFPOSMODE, 0, static_cast<off_t>(bytes), 0};
    if (fcntl(file, F_PREALLOCATE, &wanted) != 0)
        return errno;
    return ftruncate(file, static_cast<off_t>(bytes)) == 0 ? 0 : errno; // the room is there, the size is not yet
}

int rename_to_free_name(const char *from, const char *to) noexcept
{
    if (renamex_np(from, to, RENAME_EXCL) == 0)
        return 0;
    return errno == EINVAL ? ENOTSUP : errno;
}

}
