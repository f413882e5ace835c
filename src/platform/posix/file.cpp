// An open file.
#include "platform/platform.hpp"
#include "platform/thread_cancellation.hpp"

#include "base/error.hpp"
#include "platform/posix/file_system.hpp"
#include "platform/posix/system_error.hpp"

#include <cerrno>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dao::platform
{
namespace
{

// Reserving space where the file system cannot: writing does. Returns an errno, 0 when done.
int write_zeros(int file, uint64_t bytes) noexcept
{
    static constexpr char zeros[65536] = {};
    for (uint64_t done = 0; done < bytes;)
    {
        const uint64_t rest = bytes - done;
        const size_t count = rest < sizeof zeros ? static_cast<size_t>(rest) : sizeof zeros;
        const ssize_t written = pwrite(file, zeros, count, static_cast<off_t>(done));
        if (written < 0 && errno != EINTR)
            return errno;
        done += written > 0 ? static_cast<uint64_t>(written) : 0;
    }
    return 0;
}

}

void close_file(FileHandle handle) noexcept
{
    const Uncancelled uncancelled;
    ::close(static_cast<int>(handle.number));
}

Status File::query(const char *name, FileInfo &info) const noexcept
{
    struct stat found;
    if (fstat(descriptor(), &found) != 0)
        return fail_system(name, "query", errno);
    const uid_t user = geteuid();
    info.bytes = static_cast<uint64_t>(found.st_size);
    info.link_count = found.st_nlink;
    info.identity = {static_cast<uint64_t>(found.st_dev), found.st_ino};
    info.is_regular = S_ISREG(found.st_mode);
    info.is_own = found.st_uid == user;
    info.may_replace = user == 0;
    info.owner = found.st_uid;
    info.group = found.st_gid;
    info.mode = found.st_mode & 0777;
    return Status::success;
}

Status File::take_owner(const char *name, const FileInfo &like, uint32_t mode) noexcept
{
    // A user who may replace a file need not be in its group.
    const bool is_like = fchown(descriptor(), like.owner, like.group) == 0;
    if (!is_like && (errno != EPERM || like.owner != geteuid()))
        return fail_system(name, "keep the owner of", errno);
    const uint32_t kept = is_like ? like.mode : like.mode & ~uint32_t{S_IRWXG};
    if (fchmod(descriptor(), static_cast<mode_t>(mode != 0 ? mode : kept)) != 0)
        return fail_system(name, "set the mode of", errno);
    return Status::success;
}

Status File::reserve_content(const char *name, uint64_t bytes) const noexcept
{
    const int cause = reserve_space(descriptor(), bytes);
    return cause == 0 || cause == ENOTSUP ? Status::success : fail_system(name, "reserve space for", cause);
}

Status File::reserve(const char *name, uint64_t bytes) noexcept
{
    // To try would raise SIGXFSZ, which ends the process.
    struct rlimit limit;
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && bytes > limit.rlim_cur)
        return base::fail(DAO_E_NO_SPACE,
                          "%s: cannot reserve space for it: %llu bytes; expected at most the %llu that a file of this "
                          "process may have (ulimit -f)",
                          name, static_cast<unsigned long long>(bytes),
                          static_cast<unsigned long long>(limit.rlim_cur));
    int cause = reserve_space(descriptor(), bytes);
    if (cause == ENOTSUP)
        cause = write_zeros(descriptor(), bytes);
    return cause == 0 ? Status::success : fail_system(name, "reserve space for", cause);
}

}
