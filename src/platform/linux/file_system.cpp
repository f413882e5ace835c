#include "platform/platform.hpp"
#include "platform/posix/file_system.hpp"
#include "platform/thread_cancellation.hpp"

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

int reserve_space(int file, uint64_t bytes) noexcept
{
    const Uncancelled uncancelled;
    // Before Linux 6.12 any signal makes tmpfs give back what it has reserved so far: with a timer that is quicker than that it
    // would never be done.
    SignalHold hold;
    while (fallocate(file, 0, 0, static_cast<off_t>(bytes)) != 0)
    {
        if (errno != EINTR)
            return errno;
        if (!hold.active())
            hold.begin();
    }
    return 0;
}

int rename_to_free_name(const char *from, const char *to) noexcept
{
    if (syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, rename_noreplace) == 0)
        return 0;
    return errno == EINVAL || errno == ENOSYS ? ENOTSUP : errno;
}

}
