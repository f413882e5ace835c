// An open file.
#include "platform/platform.hpp"

#include "platform/file_lock_wait.hpp"
#include "platform/windows/handle.hpp"
#include "platform/windows/replaced_file.hpp"
#include "platform/windows/text.hpp"

#include <aclapi.h>

namespace dao::platform
{
namespace
{

HANDLE system_handle(intptr_t number) noexcept
{
    return reinterpret_cast<HANDLE>(number);
}

struct ProcessOwners
{
    alignas(8) unsigned char user[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    alignas(8) unsigned char owner[sizeof(TOKEN_OWNER) + SECURITY_MAX_SID_SIZE];
    bool known = false;

    ProcessOwners() noexcept
    {
        HANDLE token = nullptr;
        if (OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token) == 0)
            return;
        const KernelHandle guard(token);
        DWORD length = 0;
        known = GetTokenInformation(token, TokenUser, user, sizeof user, &length) != 0 &&
                GetTokenInformation(token, TokenOwner, owner, sizeof owner, &length) != 0;
    }
};

// Fills in whose the file is. Where the file system does not know (FAT), it counts as one's own.
void find_owner(HANDLE file, FileInfo &info) noexcept
{
    static ProcessOwners self;
    PSID owner = nullptr;
    PSECURITY_DESCRIPTOR descriptor = nullptr;
    info.is_own = true;
    if (!self.known || GetSecurityInfo(file, SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION, &owner, nullptr, nullptr,
                                       nullptr, &descriptor) != ERROR_SUCCESS)
        return;
    if (owner != nullptr)
    {
        info.is_own = EqualSid(owner, reinterpret_cast<TOKEN_USER *>(self.user)->User.Sid) != 0 ||
                      EqualSid(owner, reinterpret_cast<TOKEN_OWNER *>(self.owner)->Owner) != 0;
        info.owner = *GetSidSubAuthority(owner, *GetSidSubAuthorityCount(owner) - 1u);
    }
    LocalFree(descriptor);
}

OVERLAPPED place_at(uint64_t position) noexcept
{
    OVERLAPPED place{};
    place.Offset = static_cast<DWORD>(position);
    place.OffsetHigh = static_cast<DWORD>(position >> 32);
    return place;
}

// Locks keep others from reading and writing what they cover: so they lie where no file reaches.
bool try_lock(intptr_t file, uint64_t position, DWORD kind, DWORD &cause) noexcept
{
    OVERLAPPED place = place_at(position);
    const bool locked = LockFileEx(system_handle(file), kind | LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &place) != 0;
    cause = locked ? ERROR_SUCCESS : GetLastError();
    return locked;
}

bool is_taken(DWORD cause) noexcept
{
    return cause == ERROR_LOCK_VIOLATION || cause == ERROR_IO_PENDING;
}

}

void close_file(FileHandle handle) noexcept
{
    remove_if_replaced(system_handle(handle.number));
    CloseHandle(system_handle(handle.number));
}

Status File::query(const char *name, FileInfo &info) const noexcept
{
    BY_HANDLE_FILE_INFORMATION found;
    if (GetFileInformationByHandle(system_handle(native()), &found) == 0)
        return fail_system(name, "query", GetLastError());
    info.bytes = (uint64_t{found.nFileSizeHigh} << 32) | found.nFileSizeLow;
    info.identity = identity(found);
    // A file that lost its name to another, or is removed while it is mapped, goes on under a name of its own.
    FileIdentity now;
    const Named named = identity_of(name, now);
    const bool may_have_name = named == Named::unknown || (named == Named::found && now == info.identity);
    info.link_count = may_have_name ? found.nNumberOfLinks : 0;
    info.is_regular = GetFileType(system_handle(native())) == FILE_TYPE_DISK &&
                      (found.dwFileAttributes & (FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_DEVICE)) == 0;
    find_owner(system_handle(native()), info);
    return Status::success;
}

// The folder's access list says who may do what.
Status File::take_owner(const char *, const FileInfo &, uint32_t) noexcept
{
    return Status::success;
}

Status File::reserve(const char *name, uint64_t bytes) noexcept
{
    // NTFS gives a file that is neither sparse nor compressed all its room with its size.
    FILE_END_OF_FILE_INFO size;
    size.EndOfFile.QuadPart = static_cast<LONGLONG>(bytes);
    if (SetFileInformationByHandle(system_handle(native()), FileEndOfFileInfo, &size, sizeof size) == 0)
        return fail_system(name, "reserve space for", GetLastError());
    return Status::success;
}

Status File::reserve_content(const char *, uint64_t) const noexcept
{
    return Status::success; // they have it
}

Status File::lock(const char *name, base::Interrupts &interrupts) noexcept
{
    return wait_for_file_lock(name, interrupts, [&]() noexcept -> std::optional<Status> {
        DWORD cause = ERROR_SUCCESS;
        if (try_lock(native(), base::first_lock_position, LOCKFILE_EXCLUSIVE_LOCK, cause))
            return Status::success;
        if (!is_taken(cause))
            return fail_system(name, "lock", cause);
        return std::nullopt;
    });
}

ByteLock File::lock_byte(uint64_t position) noexcept
{
    DWORD cause = ERROR_SUCCESS;
    if (try_lock(native(), position, LOCKFILE_EXCLUSIVE_LOCK, cause))
        return ByteLock::own;
    return is_taken(cause) ? ByteLock::others : ByteLock::unavailable;
}

// By locking it for a moment, shared, so that two who ask at once do not mistake each other for the holder.
ByteLock File::query_byte(uint64_t position) const noexcept
{
    DWORD cause = ERROR_SUCCESS;
    if (!try_lock(native(), position, 0, cause))
        return is_taken(cause) ? ByteLock::others : ByteLock::unavailable;
    OVERLAPPED place = place_at(position);
    UnlockFileEx(system_handle(native()), 0, 1, 0, &place);
    return ByteLock::free;
}

bool File::open_again(const char *path, File &again) const noexcept
{
    FileInfo own, other;
    const bool same = open_file(path, Access::read_write, again) == Status::success &&
                      query(path, own) == Status::success && again.query(path, other) == Status::success &&
                      own.identity == other.identity;
    if (!same)
        again.close();
    return same;
}

}
