#include "platform/platform.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

namespace daoshm
{

namespace
{

std::string reason(int error)
{
    switch (error)
    {
    case ENOSPC:
        return "the disk is full";
    case EDQUOT:
        return "the disk is full for this user: the quota is used up";
    case EFBIG:
        return "over the largest file size allowed here (ulimit -f)";
    default:
        return std::generic_category().message(error);
    }
}

[[noreturn]] void fail(const std::string &path, const std::string &what, int error = errno)
{
    throw FileError(fmt::format("{}: {}: {}", path, what, reason(error)));
}

int descriptor(intptr_t handle)
{
    return static_cast<int>(handle);
}

/// Make the file longer, from `present` to `wanted` bytes. @return 0 or the error's number
int allocate(int file, off_t present, off_t wanted)
{
#ifdef __APPLE__
    fstore_t store = {F_ALLOCATEALL, F_PEOFPOSMODE, 0, wanted - present, 0};
    if (fcntl(file, F_PREALLOCATE, &store) != 0 && errno == ENOSPC)
        return ENOSPC;
    return ftruncate(file, wanted) == 0 ? 0 : errno;
#else
    int error = EINTR;
    while (error == EINTR)
        error = posix_fallocate(file, present, wanted - present);
    if (error == EOPNOTSUPP || error == EINVAL)
        return ftruncate(file, wanted) == 0 ? 0 : errno;
    return error;
#endif
}

int sync_data(int file)
{
#ifdef __APPLE__
    return fcntl(file, F_FULLFSYNC) == 0 ? 0 : fsync(file); // fsync() alone leaves it in the disk's own memory
#else
    return fdatasync(file);
#endif
}

}

OutputFile OutputFile::create(const std::string &path)
{
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file < 0)
        fail(path, "cannot be created");
    try
    {
        OutputFile result(path, file);
        result.lock();
        return result;
    }
    catch (...) // nobody else knows of it
    {
        ::unlink(path.c_str());
        throw;
    }
}

OutputFile OutputFile::open(const std::string &path)
{
    const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (file < 0)
        fail(path, "cannot be opened for writing");
    OutputFile result(path, file);
    struct stat status{};
    if (fstat(file, &status) == 0 && !S_ISREG(status.st_mode))
        throw FileError(fmt::format("{}: is a pipe or a device; expected a file", path));
    result.lock();
    return result;
}

void OutputFile::lock() const
{
    // A file system without locks is no reason not to write.
    if (flock(descriptor(handle_), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        throw FileError(fmt::format(
            "{}: cannot be opened: another process is writing it; expected a file that nobody writes", path_));
}

NameState OutputFile::name_state() const
{
    struct stat opened{};
    struct stat named{};
    if (fstat(descriptor(handle_), &opened) != 0)
        return NameState::kept; // cannot be told
    if (opened.st_nlink == 0)
        return NameState::removed;
    if (stat(path_.c_str(), &named) != 0 && errno != ENOENT && errno != ENOTDIR)
        return NameState::kept;
    return named.st_dev == opened.st_dev && named.st_ino == opened.st_ino ? NameState::kept : NameState::moved;
}

uint64_t OutputFile::size_bytes() const
{
    struct stat status{};
    if (fstat(descriptor(handle_), &status) != 0)
        fail(path_, "its size cannot be read");
    return static_cast<uint64_t>(status.st_size);
}

void OutputFile::read(uint64_t offset, void *data, uint64_t size_bytes) const
{
    auto *at = static_cast<std::byte *>(data);
    for (uint64_t done = 0; done < size_bytes;)
    {
        const ssize_t count =
            pread(descriptor(handle_), at + done, size_bytes - done, static_cast<off_t>(offset + done));
        if (count < 0 && errno != EINTR)
            fail(path_, fmt::format("read of {} bytes at {} failed", size_bytes, offset));
        if (count == 0)
            throw FileError(
                fmt::format("{}: it ends at {} bytes; expected {} more", path_, offset + done, size_bytes - done));
        done += count > 0 ? static_cast<uint64_t>(count) : 0;
    }
}

void OutputFile::write(uint64_t offset, const void *data, uint64_t size_bytes)
{
    const auto *at = static_cast<const std::byte *>(data);
    for (uint64_t done = 0; done < size_bytes;)
    {
        const ssize_t count =
            pwrite(descriptor(handle_), at + done, size_bytes - done, static_cast<off_t>(offset + done));
        if (count < 0 && errno != EINTR)
            fail(path_, fmt::format("write of {} bytes at {} failed", size_bytes, offset));
        done += count > 0 ? static_cast<uint64_t>(count) : 0;
    }
}

void OutputFile::reserve(uint64_t size_bytes)
{
    const uint64_t present = this->size_bytes();
    if (size_bytes <= present)
        return;
    const int error = allocate(descriptor(handle_), static_cast<off_t>(present), static_cast<off_t>(size_bytes));
    if (error == 0)
        return;
    resize(present); // what it got of it
    fail(path_, fmt::format("it cannot grow to {} bytes", size_bytes), error);
}

void OutputFile::resize(uint64_t size_bytes)
{
    if (ftruncate(descriptor(handle_), static_cast<off_t>(size_bytes)) != 0)
        fail(path_, fmt::format("its size cannot be set to {} bytes", size_bytes));
}

void OutputFile::sync()
{
    while (sync_data(descriptor(handle_)) != 0)
        if (errno != EINTR)
            fail(path_, "its data did not reach the disk");
}

void OutputFile::rename(const std::string &path)
{
    if (std::rename(path_.c_str(), path.c_str()) != 0)
        fail(path, "it cannot be replaced");
    path_ = path;
}

void OutputFile::close() noexcept
{
    if (handle_ != -1)
        ::close(descriptor(handle_));
    handle_ = -1;
}

bool is_being_written(const std::string &path)
{
    const int file = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (file < 0)
        return false;
    const bool is_locked = flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    ::close(file);
    return is_locked;
}

void sync_folder_of(const std::string &path)
{
    const std::string folder = std::filesystem::absolute(path).parent_path().string();
    const int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0)
        return; // may be written but not read
    const int result = fsync(file);
    const int error = errno;
    ::close(file);
    if (result != 0 && error != EINVAL && error != ENOTSUP)
        fail(folder, "its entries did not reach the disk", error);
}

}
