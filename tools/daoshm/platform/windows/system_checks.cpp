#include "platform/platform.hpp"

#include <array>

#include <fmt/format.h>

#include "windows.hpp"

#include <aclapi.h>
#include <powrprof.h>

namespace daoshm
{

namespace
{

struct FreeLocal
{
    void operator()(void *memory) const { LocalFree(memory); }
};

std::wstring volume_of(const std::string &path)
{
    std::array<wchar_t, MAX_PATH + 1> volume{};
    GetVolumePathNameW(wide(path).c_str(), volume.data(), MAX_PATH);
    return volume.data();
}

using Identity = std::array<unsigned char, SECURITY_MAX_SID_SIZE>;

Identity well_known(WELL_KNOWN_SID_TYPE type)
{
    Identity identity{};
    DWORD size = static_cast<DWORD>(identity.size());
    CreateWellKnownSid(type, nullptr, identity.data(), &size);
    return identity;
}

/// Does the access list let every user write? The first entry about writing for one of the two names decides.
bool lets_everybody_write(ACL *list)
{
    static Identity everyone = well_known(WinWorldSid);
    static Identity users = well_known(WinAuthenticatedUserSid);
    for (DWORD index = 0; list != nullptr && index < list->AceCount; ++index)
    {
        void *entry = nullptr;
        if (GetAce(list, index, &entry) == 0)
            return false;
        // Entries that allow and those that deny have the same members.
        auto *allowed = static_cast<ACCESS_ALLOWED_ACE *>(entry);
        const unsigned type = allowed->Header.AceType;
        if (type != ACCESS_ALLOWED_ACE_TYPE && type != ACCESS_DENIED_ACE_TYPE)
            continue;
        PSID whose = &allowed->SidStart;
        const bool is_everybody = EqualSid(whose, everyone.data()) != 0 || EqualSid(whose, users.data()) != 0;
        if (is_everybody && (allowed->Mask & (FILE_WRITE_DATA | GENERIC_WRITE | GENERIC_ALL)) != 0)
            return type == ACCESS_ALLOWED_ACE_TYPE;
    }
    return list == nullptr; // no list at all: everybody may do everything
}

}

const char *const storage_is_fine = "on a local drive: good";
const char *const machine_is_fine = "the power plan is one for high performance, or not known";

std::optional<Advice> storage_advice(const std::string &path)
{
    const std::wstring volume = volume_of(path);
    const UINT type = GetDriveTypeW(volume.c_str());
    if (type == DRIVE_REMOTE || type == DRIVE_REMOVABLE || type == DRIVE_CDROM)
        return Advice{"disk",
                      fmt::format("{} is on {}, a {} drive", path, narrow(volume),
                                  type == DRIVE_REMOTE ? "network" : "removable"),
                      "create it on a local drive, such as in the temporary folder"};
    const DWORD attributes = GetFileAttributesW(wide(path).c_str());
    if (attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_COMPRESSED) != 0)
        return Advice{"disk", fmt::format("{} is compressed", path), fmt::format("compact /u \"{}\"", path)};
    return std::nullopt;
}

std::optional<Advice> permission_advice(const std::string &path)
{
    ACL *list = nullptr;
    PSECURITY_DESCRIPTOR descriptor = nullptr;
    if (GetNamedSecurityInfoW(wide(path).data(), SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, nullptr, nullptr, &list,
                              nullptr, &descriptor) != ERROR_SUCCESS)
        return std::nullopt;
    const std::unique_ptr<void, FreeLocal> guard(descriptor);
    if (!lets_everybody_write(list))
        return std::nullopt;
    return Advice{"permissions", fmt::format("{}: every user may write to it", path),
                  fmt::format("icacls \"{}\" /inheritance:d /remove:g *S-1-1-0 *S-1-5-11", path)};
}

std::optional<Advice> power_advice()
{
    constexpr GUID high = {0x8c5e7fda, 0xe8bf, 0x4a96, {0x9a, 0x85, 0xa6, 0xe2, 0x3a, 0x8c, 0x63, 0x5c}};
    constexpr GUID ultimate = {0xe9a42b02, 0xd5df, 0x448d, {0xaa, 0x00, 0x03, 0xf1, 0x47, 0x49, 0xeb, 0x61}};
    GUID *plan = nullptr;
    if (PowerGetActiveScheme(nullptr, &plan) != ERROR_SUCCESS || plan == nullptr)
        return std::nullopt;
    const std::unique_ptr<void, FreeLocal> guard(plan);
    if (IsEqualGUID(*plan, high) != 0 || IsEqualGUID(*plan, ultimate) != 0)
        return std::nullopt;
    std::array<wchar_t, 128> name{};
    DWORD bytes = sizeof name - sizeof(wchar_t);
    PowerReadFriendlyName(nullptr, plan, nullptr, nullptr, reinterpret_cast<UCHAR *>(name.data()), &bytes);
    return Advice{"power plan", fmt::format("the power plan is '{}'", narrow(name.data())),
                  "powercfg /setactive SCHEME_MIN (the one for high performance)"};
}

std::vector<Advice> limit_advice()
{
    return {}; // every user may raise priorities, and lock as much as the working set allows
}

std::vector<Advice> removal_advice(const std::vector<std::string> &)
{
    return {}; // what is open is not removed
}

std::string space_remedy(const std::string &folder)
{
    return fmt::format("remove stale or other files on {}", narrow(volume_of(folder)));
}

std::string access_remedy(const std::string &path)
{
    return fmt::format("as its owner: icacls {} /grant USER:M", shell_quoted(path));
}

std::string removal_remedy(const std::string &path)
{
    return fmt::format("del {}", shell_quoted(path));
}

// Windows removes a semaphore with its last handle: none can be stale.
std::set<std::string> semaphore_groups()
{
    return {};
}

std::string semaphores_remedy(const std::string &)
{
    return {};
}

std::vector<std::string> semaphore_files(const std::string &)
{
    return {};
}

// Windows does not tell who has a file open; only the readers and writers recorded in the segments are known.
std::set<std::string> mapped_files(const std::set<std::string> &)
{
    return {};
}

bool sees_all_processes()
{
    return false;
}

}
