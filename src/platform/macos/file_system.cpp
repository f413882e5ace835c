#include "platform/posix/file_system.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

namespace dao::platform
{

int reserve_space(int file, uint64_t bytes) noexcept
{
    // In one piece or several, from the end of the file on: it is empty.
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
