#include "platform/platform.hpp"

#include <algorithm>
#include <system_error>

#include <fmt/format.h>

#include "windows.hpp"

namespace daoshm
{

namespace
{

constexpr uint64_t most_bytes_at_once = uint64_t{1} << 28U;

HANDLE native(intptr_t handle)
{
    return reinterpret_cast<HANDLE>(handle); // INVALID_HANDLE_VALUE is -1
}

[[noreturn]] void fail(const std::string &path, const std::string &what, DWORD error = GetLastError())
{
    if (error == ERROR_SHARING_VIOLATION)
        throw FileError(fmt::format(
            "{}: cannot be opened: another process is writing it; expected a file that nobody writes", path));
    const bool is_full = error == ERROR_DISK_FULL || error == ERROR_HANDLE_DISK_FULL;
    throw FileError(
        fmt::format("{}: {}: {}", path, what,
                    is_full ? "the disk is full" : std::system_category().message(static_cast<int>(error))));
}

OVERLAPPED place(uint64_t offset)
{
    OVERLAPPED place{};
    place.Offset = static_cast<DWORD>(offset);
    place.OffsetHigh = static_cast<DWORD>(offset >> 32U);
    return place;
}

/// Others may read it, and its name may change.
intptr_t open_file(const std::string &path, DWORD disposition, const char *failure)
{
    const HANDLE file = CreateFileW(path_of(path).c_str(), GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, nullptr,
                                    disposition, FILE_ATTRIBUTE_NORMAL, nullptr);
    if (file == INVALID_HANDLE_VALUE)
        fail(path, failure);
    return reinterpret_cast<intptr_t>(file);
}

}

OutputFile OutputFile::create(const std::string &path)
{
    return OutputFile(path, open_file(path, CREATE_NEW, "cannot be created"));
}

OutputFile OutputFile::open(const std::string &path)
{
    return OutputFile(path, open_file(path, OPEN_EXISTING, "cannot be opened for writing"));
}

void OutputFile::lock() const {} // sharing is refused when it is opened

NameState OutputFile::name_state() const
{
    return NameState::kept; // sharing that is refused when it is opened
}

uint64_t OutputFile::size_bytes() const
{
    LARGE_INTEGER size{};
    if (GetFileSizeEx(native(handle_), &size) == 0)
        fail(path_, "its size cannot be read");
    return static_cast<uint64_t>(size.QuadPart);
}

void OutputFile::read(uint64_t offset, void *data, uint64_t size_bytes) const
{
    auto *at = static_cast<std::byte *>(data);
    for (uint64_t done = 0; done < size_bytes;)
    {
        OVERLAPPED from = place(offset + done);
        DWORD count = 0;
        const auto wanted = static_cast<DWORD>(std::min(most_bytes_at_once, size_bytes - done));
        if (ReadFile(native(handle_), at + done, wanted, &count, &from) == 0 && GetLastError() != ERROR_HANDLE_EOF)
            fail(path_, fmt::format("read of {} bytes at {} failed", size_bytes, offset));
        if (count == 0)
            throw FileError(
                fmt::format("{}: it ends at {} bytes; expected {} more", path_, offset + done, size_bytes - done));
        done += count;
    }
}

void OutputFile::write(uint64_t offset, const void *data, uint64_t size_bytes)
{
    const auto *at = static_cast<const std::byte *>(data);
    for (uint64_t done = 0; done < size_bytes;)
    {
        OVERLAPPED to = place(offset + done);
        DWORD count = 0;
        const auto wanted = static_cast<DWORD>(std::min(most_bytes_at_once, size_bytes - done));
        if (WriteFile(native(handle_), at + done, wanted, &count, &to) == 0)
            fail(path_, fmt::format("write of {} bytes at {} failed", size_bytes, offset));
        done += count;
    }
}

void OutputFile::reserve(uint64_t size_bytes)
{
    if (size_bytes > this->size_bytes())
        resize(size_bytes); // NTFS allocates the space of a file that is not sparse
}

void OutputFile::resize(uint64_t size_bytes)
{
    FILE_END_OF_FILE_INFO end{};
    end.EndOfFile.QuadPart = static_cast<LONGLONG>(size_bytes);
    if (SetFileInformationByHandle(native(handle_), FileEndOfFileInfo, &end, sizeof end) == 0)
        fail(path_, fmt::format("its size cannot be set to {} bytes", size_bytes));
}

void OutputFile::sync()
{
    if (FlushFileBuffers(native(handle_)) == 0)
        fail(path_, "its data did not reach the disk");
}

/// An open file keeps its name.
void OutputFile::rename(const std::string &path)
{
    close();
    if (MoveFileExW(path_of(path_).c_str(), path_of(path).c_str(), MOVEFILE_REPLACE_EXISTING) == 0)
        fail(path, "it cannot be replaced");
    *this = open(path);
}

void OutputFile::close() noexcept
{
    if (handle_ != -1)
        CloseHandle(native(handle_));
    handle_ = -1;
}

bool is_being_written(const std::string &path)
{
    const HANDLE file = CreateFileW(path_of(path).c_str(), GENERIC_READ, FILE_SHARE_READ, nullptr, OPEN_EXISTING,
                                    FILE_ATTRIBUTE_NORMAL, nullptr);
    if (file == INVALID_HANDLE_VALUE)
        return GetLastError() == ERROR_SHARING_VIOLATION;
    CloseHandle(file);
    return false;
}

void sync_folder_of(const std::string &) {} // NTFS journals its names

}
