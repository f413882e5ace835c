// Most of it from /proc and /sys; where these are absent, as on macOS, there is no advice on what they report.
#include "platform/platform.hpp"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <pthread.h>
#include <regex>
#include <sched.h>
#include <sstream>
#include <sys/mman.h>
#include <sys/resource.h>

#include <fmt/format.h>

namespace daoshm
{

namespace fs = std::filesystem;

namespace
{

constexpr const char *semaphore_folder = "/dev/shm";

std::string first_line(const fs::path &path)
{
    std::ifstream stream(path);
    std::string line;
    std::getline(stream, line);
    return line;
}

bool is_below(const std::string &path, const std::string &folder)
{
    return folder == "/" || path == folder || path.starts_with(folder + "/");
}

bool is_number(const std::string &text)
{
    return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

struct FileSystem
{
    std::string type; ///< "tmpfs", "ext4", ...; empty when unknown
    std::string mount_point;
    bool is_memory = false;
};

/// In the table of mounts blanks, and backslashes, are "\\040" and the like.
std::string without_escapes(const std::string &text)
{
    std::string result;
    for (size_t at = 0; at < text.size(); ++at)
    {
        const std::string digits = text[at] == '\\' ? text.substr(at + 1, 3) : "";
        const bool is_escape = digits.size() == 3 && digits.find_first_not_of("01234567") == std::string::npos;
        result += is_escape ? static_cast<char>(std::stoi(digits, nullptr, 8)) : text[at];
        at += is_escape ? 3 : 0;
    }
    return result;
}

FileSystem file_system_of(const std::string &path)
{
    std::error_code error;
    const std::string whole = fs::canonical(path, error).string();
    FileSystem found;
    std::ifstream mounts("/proc/self/mounts");
    std::string line;
    while (!error && std::getline(mounts, line))
    {
        std::istringstream words(line);
        std::string device;
        std::string mount_point;
        std::string type;
        words >> device >> mount_point >> type;
        mount_point = without_escapes(mount_point);
        // Later mounts hide earlier ones at the same mount point.
        if (is_below(whole, mount_point) && mount_point.size() >= found.mount_point.size())
            found = {type, mount_point, type == "tmpfs" || type == "ramfs" || type == "hugetlbfs"};
    }
    return found;
}

/// The system is asked for one, for a moment: capabilities and control groups count beside the limit.
bool may_use_priorities()
{
    int policy = 0;
    sched_param own{};
    if (pthread_getschedparam(pthread_self(), &policy, &own) != 0 || policy == SCHED_FIFO || policy == SCHED_RR)
        return true;
    sched_param lowest{};
    lowest.sched_priority = sched_get_priority_min(SCHED_FIFO);
    const bool may = pthread_setschedparam(pthread_self(), SCHED_FIFO, &lowest) == 0;
    pthread_setschedparam(pthread_self(), policy, &own);
    return may;
}

/// The same for memory, of which none is taken; true where the system has no way to ask.
bool may_lock(size_t bytes)
{
#ifdef MLOCK_ONFAULT
    void *memory = mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        return true;
    const bool may = mlock2(memory, bytes, MLOCK_ONFAULT) == 0;
    munmap(memory, bytes);
    return may;
#else
    return bytes > 0;
#endif
}

/// The CPU governor when it is one that saves power, else empty.
std::string slow_governor()
{
    std::error_code error;
    for (fs::directory_iterator cpu("/sys/devices/system/cpu", error), end; !error && cpu != end; cpu.increment(error))
    {
        const std::string governor = first_line(cpu->path() / "cpufreq" / "scaling_governor");
        if (!governor.empty() && governor != "performance")
            return governor;
    }
    return "";
}

std::string limit_remedy(const char *limit)
{
    return fmt::format("in /etc/security/limits.conf: '@realtime - {}', with this user in that group "
                       "(groupadd realtime, usermod -aG realtime NAME), then log in again",
                       limit);
}

}

const char *const storage_is_fine = "in memory: good";
const char *const machine_is_fine = "priorities, locked memory and CPU governor are suitable";

std::optional<Advice> storage_advice(const std::string &path)
{
    const FileSystem system = file_system_of(path);
    if (system.type.empty() || system.is_memory)
        return std::nullopt;
    return Advice{"disk", fmt::format("{} is on a disk ({})", path, system.type),
                  "create it in /dev/shm, or mount a tmpfs there: write-back delays large frames"};
}

std::optional<Advice> permission_advice(const std::string &path)
{
    std::error_code error;
    const fs::perms mode = fs::status(path, error).permissions();
    if (error || (mode & fs::perms::others_write) == fs::perms::none)
        return std::nullopt;
    return Advice{"permissions", fmt::format("{}: every user may write to it", path),
                  fmt::format("chmod o-w {}", shell_quoted(path))};
}

std::optional<Advice> power_advice()
{
    const std::string governor = slow_governor();
    if (governor.empty())
        return std::nullopt;
    return Advice{"CPU governor", fmt::format("the governor is '{}'", governor),
                  "cpupower frequency-set -g performance"};
}

std::vector<Advice> limit_advice()
{
    std::vector<Advice> advice;
    if (!may_use_priorities())
        advice.push_back({"real time", "this user may not use real-time priorities", limit_remedy("rtprio 95")});
    constexpr size_t wanted = 64U << 20U;
    rlimit locked{}; // where it is not what refuses, the system knows no such locks
    if (!may_lock(wanted) && getrlimit(RLIMIT_MEMLOCK, &locked) == 0 && locked.rlim_cur < wanted)
        advice.push_back({"locked memory",
                          fmt::format("this user may lock only {} KiB of memory", locked.rlim_cur / 1024),
                          limit_remedy("memlock unlimited")});
    return advice;
}

std::string space_remedy(const std::string &folder)
{
    return fmt::format("remove stale files, or: mount -o remount,size=... {}",
                       shell_quoted(file_system_of(folder).mount_point));
}

std::string access_remedy(const std::string &path)
{
    return fmt::format("as its owner: chmod g+rw {}", shell_quoted(path));
}

std::string removal_remedy(const std::string &path)
{
    return fmt::format("rm {}", shell_quoted(path));
}

std::set<std::string> semaphore_groups()
{
    std::set<std::string> groups;
    const std::regex pattern("sem\\.(.+)_sem(0[0-9]|log)");
    std::error_code error;
    for (fs::directory_iterator file(semaphore_folder, error), end; !error && file != end; file.increment(error))
    {
        std::smatch match;
        const std::string name = file->path().filename().string();
        if (std::regex_match(name, match, pattern))
            groups.insert(match[1].str());
    }
    return groups;
}

std::string semaphores_remedy(const std::string &group)
{
    return fmt::format("rm {}_sem*", shell_quoted(fmt::format("{}/sem.{}", semaphore_folder, group)));
}

std::vector<std::string> semaphore_files(const std::string &group)
{
    std::vector<std::string> files;
    std::error_code error;
    for (fs::directory_iterator file(semaphore_folder, error), end; !error && file != end; file.increment(error))
        if (file->path().filename().string().starts_with("sem." + group + "_sem"))
            files.push_back(file->path().string());
    return files;
}

std::set<std::string> mapped_files(const std::set<std::string> &paths)
{
    std::map<std::string, std::set<std::string>> sought; // by the names that the system has for them
    std::error_code error;
    for (const std::string &path : paths)
        sought[fs::canonical(path, error).string()].insert(path);
    std::set<std::string> mapped;
    const fs::path self = fs::read_symlink("/proc/self", error);
    for (fs::directory_iterator process("/proc", error), end; !error && process != end; process.increment(error))
    {
        const fs::path name = process->path().filename();
        if (!is_number(name.string()) || name == self)
            continue;
        std::ifstream maps(process->path() / "maps");
        std::string line;
        while (std::getline(maps, line))
        {
            const size_t begin = line.find('/');
            const auto found = begin != std::string::npos ? sought.find(line.substr(begin)) : sought.end();
            if (found != sought.end())
                mapped.insert(found->second.begin(), found->second.end());
        }
    }
    return mapped;
}

bool sees_all_processes()
{
    std::ifstream maps("/proc/1/maps");
    std::string line;
    return static_cast<bool>(std::getline(maps, line));
}

}
