// Descriptors of files that this library opens.
#pragma once

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace dao::platform
{

// The same opening under a number beyond the standard three: a program that was started with one of them closed would
// print into the file. -1 and errno on failure, `opened` is closed then.
inline int beyond_standard(int opened) noexcept
{
    if (opened < 0 || opened > STDERR_FILENO)
        return opened;
    const int moved = fcntl(opened, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    const int cause = errno;
    ::close(opened);
    errno = cause;
    return moved;
}

}
