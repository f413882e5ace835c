// Locks on single bytes of a file, far behind its end. They belong to the open file description, so that nothing that
// another handle of this process does ends them, and the kernel drops them with the last descriptor and mapping of it.
#include "platform/platform.hpp"
#include "platform/thread_cancellation.hpp"

#include "platform/file_lock_wait.hpp"
#include "platform/posix/descriptor.hpp"
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

struct flock byte_at(uint64_t position, short kind) noexcept
{
    struct flock place = {};
    place.l_type = kind;
    place.l_whence = SEEK_SET;
    place.l_start = static_cast<off_t>(position);
    place.l_len = 1;
    return place;
}

bool is_same_file(int left, int right) noexcept
{
    struct stat one, other;
    return fstat(left, &one) == 0 && fstat(right, &other) == 0 && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}

}

ByteLock File::lock_byte(uint64_t position) noexcept
{
    const Uncancelled uncancelled;
    struct flock place = byte_at(position, F_WRLCK);
    if (fcntl(descriptor(), F_OFD_SETLK, &place) == 0)
        return ByteLock::own;
    return errno == EAGAIN || errno == EACCES ? ByteLock::others : ByteLock::unavailable;
}

ByteLock File::query_byte(uint64_t position) const noexcept
{
    const Uncancelled uncancelled;
    struct flock place = byte_at(position, F_WRLCK);
    if (fcntl(descriptor(), F_OFD_GETLK, &place) != 0)
        return ByteLock::unavailable;
    if (place.l_type == F_UNLCK)
        return ByteLock::free;
    return place.l_type == F_RDLCK ? ByteLock::readers : ByteLock::others;
}

// Where it fails the lock stays until the file is closed, which only those notice who lock all of it.
void File::finish() const noexcept
{
    const Uncancelled uncancelled;
    struct flock place = byte_at(base::unfinished_lock_position, F_UNLCK);
    (void)fcntl(descriptor(), F_OFD_SETLK, &place);
}

bool File::open_again(const char *path, File &again) const noexcept
{
    constexpr int flags = O_RDWR | O_CLOEXEC | O_NONBLOCK;
    const Uncancelled uncancelled;
    // Linux opens a file anew under the name of its descriptor, whatever its own name is now.
    char own[64];
    std::snprintf(own, sizeof own, "/proc/self/fd/%d", descriptor());
    again.close();
    again.handle_.reset({beyond_standard(::open(own, flags))});
    if (!again.is_open())
        again.handle_.reset({beyond_standard(::open(path, flags))});
    if (again.is_open() && !is_same_file(descriptor(), again.descriptor()))
        again.close();
    return again.is_open();
}

Status File::lock(const char *name, base::Interrupts &interrupts) noexcept
{
    return wait_for_file_lock(name, interrupts, [this]() noexcept -> std::optional<Status> {
        // Not every file system has locks, and one of a process that may only read the file does not count.
        if (lock_byte(base::first_lock_position) != ByteLock::others ||
            query_byte(base::first_lock_position) == ByteLock::readers)
            return Status::success;
        return std::nullopt;
    });
}

}
