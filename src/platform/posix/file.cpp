#include "platform/platform.hpp"

#include "base/error.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "platform/posix/system_error.hpp"

namespace dao::platform
{

using base::fail;

File::~File()
{
    close();
}

File::File(File &&other) noexcept : handle_(std::exchange(other.handle_, closed)) {}

File &File::operator=(File &&other) noexcept
{
    close();
    handle_ = std::exchange(other.handle_, closed);
    return *this;
}

void File::close() noexcept
{
    if (is_open())
        ::close(static_cast<int>(handle_));
    handle_ = closed;
}

Status File::facts(const char *name, FileFacts &facts) const noexcept
{
    struct stat found;
    if (fstat(static_cast<int>(handle_), &found) != 0)
        return fail_system(name, "look at", errno);
    facts.bytes = static_cast<uint64_t>(found.st_size);
    facts.link_count = found.st_nlink;
    facts.identity = {static_cast<uint64_t>(found.st_dev), found.st_ino};
    facts.is_regular = S_ISREG(found.st_mode);
    facts.is_own = found.st_uid == geteuid();
    facts.may_displace = geteuid() == 0;
    facts.owner = found.st_uid;
    return Status::success;
}

Status File::lock(const char *name) noexcept
{
    constexpr int64_t limit_ns = 5'000'000'000;
    constexpr int64_t pause_ns = 1'000'000;
    const int64_t deadline_ns = monotonic_ns() + limit_ns;
    while (flock(static_cast<int>(handle_), LOCK_EX | LOCK_NB) != 0)
    {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return fail_system(name, "lock", errno);
        if (monotonic_ns() > deadline_ns)
            return fail(DAO_E_BUSY, "%s: another process has been creating or removing it for 5 s", name);
        (void)sleep_until(monotonic_ns() + pause_ns);
    }
    return Status::success;
}

Presence look_up(const char *name) noexcept
{
    struct stat found;
    if (lstat(name, &found) != 0)
        return Presence::absent;
    if (S_ISLNK(found.st_mode))
        return Presence::link;
    return S_ISREG(found.st_mode) ? Presence::file : Presence::other;
}

Status open_file(const char *name, Access access, File &file) noexcept
{
    // O_NONBLOCK: a FIFO or a device under the name must not make us wait.
    const int flags = (access == Access::read ? O_RDONLY : O_RDWR) | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    file.close();
    file.handle_ = ::open(name, flags);
    if (file.is_open())
        return Status::success;
    const int cause = errno;
    if (cause == ELOOP && look_up(name) == Presence::link)
        return fail(DAO_E_PERMISSION, "%s: a symbolic link, which is not followed; name the segment itself", name);
    return fail_system(name, "open", cause);
}

bool identity_of(const char *name, FileIdentity &identity) noexcept
{
    struct stat found;
    if (lstat(name, &found) != 0)
        return false;
    identity = {static_cast<uint64_t>(found.st_dev), found.st_ino};
    return true;
}

Status create_beside(const char *name, uint32_t mode, File &file, char *temporary, size_t capacity) noexcept
{
    std::snprintf(temporary, capacity, "%s.%08x.new", name, static_cast<unsigned>(random_number()));
    file.close();
    file.handle_ = ::open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, static_cast<mode_t>(mode));
    if (!file.is_open())
        return fail_system(name, "create", errno);
    // A mode that was asked for holds whatever the umask.
    if (mode != 0600 && fchmod(static_cast<int>(file.handle_), static_cast<mode_t>(mode)) != 0)
    {
        const int cause = errno;
        discard_file(temporary);
        return fail_system(name, "set the mode of", cause);
    }
    return Status::success;
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

}
