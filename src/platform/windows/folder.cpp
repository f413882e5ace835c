// What lies in a folder.
#include "platform/platform.hpp"

#include "platform/windows/handle.hpp"
#include "platform/windows/text.hpp"

namespace dao::platform
{

bool find_in_folder(const char *folder, bool (*is_wanted)(const char *entry, void *context), void *context) noexcept
{
    WIN32_FIND_DATAW entry;
    const HANDLE entries = FindFirstFileW(file_path(folder).append("/*").get(), &entry);
    if (entries == INVALID_HANDLE_VALUE)
        return false;
    bool found = false;
    do
    {
        char name[path_capacity];
        to_narrow(entry.cFileName, name, sizeof name);
        found = is_wanted(name, context);
    } while (!found && FindNextFileW(entries, &entry) != 0);
    FindClose(entries);
    return found;
}

}
