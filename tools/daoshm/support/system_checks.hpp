/// What the system says of itself in files (/proc, /sys): facts for doctor and bench. Where a file is absent, as on
/// other systems, the fact is unknown and nothing is said.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace daoshm
{

struct FileSystem
{
    std::string type; ///< "tmpfs", "ext4", ...; empty when unknown
    std::string mount_point;
    bool is_memory = false;
};

/// The file system that a path lies on.
FileSystem file_system_of(const std::string &path);

/// A soft limit of this process, by its name in /proc/self/limits; nothing when unknown. UINT64_MAX for unlimited.
std::optional<uint64_t> resource_limit(const std::string &name);

/// The CPU governor when it is one that saves power, else empty.
std::string slow_governor();

/// DAO's named semaphores: their names, without "sem." and the number.
std::set<std::string> semaphore_groups();
/// The files of a group.
std::vector<std::string> semaphore_files(const std::string &group);

/// The files that other processes have mapped, of those in `paths`, as far as this user may know.
std::set<std::string> mapped_files(const std::set<std::string> &paths);

/// Is this user allowed to see the maps of every process?
bool sees_all_processes();

}
