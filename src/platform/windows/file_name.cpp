// What has a name, and giving and taking names. See replaced_file.hpp.
#include "platform/platform.hpp"

#include "base/error.hpp"
#include "platform/windows/handle.hpp"
#include "platform/windows/replaced_file.hpp"
#include "platform/windows/text.hpp"

#include <cstdio>

namespace dao::platform
{
namespace
{

// Everybody lets everybody else read, write and rename.
constexpr DWORD share_all = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

// INVALID_HANDLE_VALUE is -1, the number of no file.
FileHandle number_of(HANDLE file) noexcept
{
    return {reinterpret_cast<intptr_t>(file)};
}

bool is_missing(DWORD cause) noexcept
{
    return cause == ERROR_FILE_NOT_FOUND || cause == ERROR_PATH_NOT_FOUND;
}

HANDLE open_existing(const WideText &path, DWORD access) noexcept
{
    // A link is opened itself, not what it points to.
    constexpr DWORD flags = FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OPEN_REPARSE_POINT;
    HANDLE file = CreateFileW(path.get(), access, share_all, nullptr, OPEN_EXISTING, flags, nullptr);
    if (file != INVALID_HANDLE_VALUE || !is_missing(GetLastError()))
        return file;
    const NameGuard guard(path); // perhaps the name is being replaced just now
    return CreateFileW(path.get(), access, share_all, nullptr, OPEN_EXISTING, flags, nullptr);
}

DWORD attributes_of(const WideText &path) noexcept
{
    const DWORD attributes = GetFileAttributesW(path.get());
    if (attributes != INVALID_FILE_ATTRIBUTES || !is_missing(GetLastError()))
        return attributes;
    const NameGuard guard(path);
    return GetFileAttributesW(path.get());
}

}

Presence query_presence(const char *name) noexcept
{
    const DWORD attributes = attributes_of(file_path(name));
    const DWORD cause = attributes == INVALID_FILE_ATTRIBUTES ? GetLastError() : ERROR_SUCCESS;
    if (is_missing(cause))
        return Presence::absent;
    if (attributes == INVALID_FILE_ATTRIBUTES)
    {
        (void)fail_system(name, "find", cause);
        return Presence::unknown;
    }
    if ((attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0)
        return Presence::link;
    return (attributes & (FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_DEVICE)) == 0 ? Presence::file : Presence::other;
}

// Not every user may make links here: they are refused where they are opened.
Status resolve_links(const char *name, char *path) noexcept
{
    std::snprintf(path, path_capacity, "%s", name);
    return Status::success;
}

Status open_file(const char *name, Access access, File &file) noexcept
{
    const DWORD wanted = access == Access::read ? GENERIC_READ : GENERIC_READ | GENERIC_WRITE;
    file.close();
    file.handle_.reset(number_of(open_existing(file_path(name), wanted)));
    const DWORD cause = file.is_open() ? ERROR_SUCCESS : GetLastError();
    const Presence presence = query_presence(name);
    if (presence == Presence::link)
    {
        file.close();
        return base::fail(DAO_E_PERMISSION,
                          "%s: cannot open it: a symbolic link; expected the name of the segment itself", name);
    }
    if (presence == Presence::other)
    {
        file.close();
        return base::fail(DAO_E_EXISTS, "%s: cannot open it: a directory or a device; expected the file of a segment",
                          name);
    }
    return file.is_open() ? Status::success : fail_system(name, "open", cause);
}

void make_absolute(const char *name, char *path, size_t capacity) noexcept
{
    wchar_t found[WideText::capacity];
    const DWORD length = GetFullPathNameW(file_path(name).get(), WideText::capacity, found, nullptr);
    if (length > 0 && length < WideText::capacity)
        to_narrow(found, path, capacity);
    else
        std::snprintf(path, capacity, "%s", name);
}

// A file that is being removed cannot be opened any more: access is denied, and that is how it is noticed. Whatever else keeps
// the system from looking says nothing of the file.
Named identity_of(const char *name, FileIdentity &identity) noexcept
{
    const KernelHandle file(open_existing(file_path(name), FILE_READ_ATTRIBUTES));
    BY_HANDLE_FILE_INFORMATION found;
    if (!file.is_valid() || GetFileInformationByHandle(file.get(), &found) == 0)
    {
        const DWORD cause = GetLastError();
        if (is_missing(cause) || cause == ERROR_ACCESS_DENIED || cause == ERROR_DELETE_PENDING)
            return Named::absent;
        (void)fail_system(name, "find", cause);
        return Named::unknown;
    }
    identity = platform::identity(found);
    return Named::found;
}

// A process cannot hide a part of the file system from itself.
FolderView folder_view(const char *) noexcept
{
    return {};
}

// The folder's access list counts, not `mode`.
Status create_beside(const char *name, uint32_t, File &file, char *temporary, size_t capacity) noexcept
{
    file.close();
    sweep(file_path(name));
    std::snprintf(temporary, capacity, "%s.%08x%s", name, static_cast<unsigned>(random_number()), unfinished_ending);
    // "Temporary": Windows need not write it to the disk while there is memory.
    file.handle_.reset(number_of(CreateFileW(file_path(temporary).get(), GENERIC_READ | GENERIC_WRITE, share_all,
                                             nullptr, CREATE_NEW, FILE_ATTRIBUTE_TEMPORARY, nullptr)));
    return file.is_open() ? Status::success : fail_system(name, "create", GetLastError());
}

Placed place_file(const char *temporary, const char *name, bool replace) noexcept
{
    const WideText path = file_path(name);
    const WideText aside = replaced_name(path);
    const NameGuard guard(path);
    DWORD cause = replace ? rename_file(path, aside) : ERROR_SUCCESS;
    const bool replaced = replace && cause == ERROR_SUCCESS;
    if (cause == ERROR_SUCCESS || is_missing(cause))
        cause = rename_file(file_path(temporary), path);
    if (cause == ERROR_SUCCESS)
    {
        DeleteFileW(aside.get()); // does nothing while it is mapped
        return Placed::done;
    }
    if (replaced)
        (void)rename_file(aside, path);
    if (!replace && (cause == ERROR_ALREADY_EXISTS || cause == ERROR_FILE_EXISTS))
        return Placed::occupied;
    (void)fail_system(name, "give the new file its name; create", cause);
    return Placed::failed;
}

Status remove_file(const char *name) noexcept
{
    const WideText path = file_path(name);
    const WideText aside = replaced_name(path);
    const NameGuard guard(path);
    sweep(path);
    const DWORD cause = rename_file(path, aside);
    if (cause != ERROR_SUCCESS)
        return is_missing(cause) ? Status::success : fail_system(name, "remove", cause);
    DeleteFileW(aside.get()); // does nothing while it is mapped
    return Status::success;
}

void discard_file(const char *) noexcept {} // File::close removes it: while it is mapped, nobody can

// None is left: such a file goes with its process.
void remove_unfinished(const char *) noexcept {}
void File::finish() const noexcept {}

}
