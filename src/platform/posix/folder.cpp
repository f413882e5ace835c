// What lies in a folder.
#include "platform/platform.hpp"
#include "platform/thread_cancellation.hpp"

#include <dirent.h>

namespace dao::platform
{

bool find_in_folder(const char *folder, bool (*is_wanted)(const char *entry, void *context), void *context) noexcept
{
    const Uncancelled uncancelled;
    DIR *entries = opendir(folder);
    if (entries == nullptr)
        return false;
    bool found = false;
    while (const dirent *entry = found ? nullptr : readdir(entries))
        found = is_wanted(entry->d_name, context);
    closedir(entries);
    return found;
}

}
