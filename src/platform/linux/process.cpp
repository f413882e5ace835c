#include "platform/platform.hpp"
#include "platform/thread_cancellation.hpp"

#include "platform/posix/this_process.hpp"

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dao::platform
{
namespace
{

// Reads a small file of /proc; returns the bytes read, 0 when it cannot be read.
size_t read_text(const char *path, char *text, size_t capacity) noexcept
{
    const Uncancelled uncancelled;
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return 0;
    const ssize_t count = read(file, text, capacity - 1);
    close(file);
    const size_t length = count > 0 ? static_cast<size_t>(count) : 0;
    text[length] = 0;
    return length;
}

struct ProcessStat
{
    char state = 0;
    uint64_t start_time = 0; // clock ticks since boot
};

// Fields 3 and 22 of a file like /proc/PID/stat; the second, the name in parentheses, may hold anything.
bool read_stat(const char *path, ProcessStat &stat) noexcept
{
    char text[1024];
    if (read_text(path, text, sizeof text) == 0)
        return false;
    const char *field = std::strrchr(text, ')');
    if (field == nullptr || field[1] != ' ')
        return false;
    field += 2;
    stat.state = *field;
    for (int skipped = 3; skipped < 22; ++skipped)
    {
        field = std::strchr(field, ' ');
        if (field == nullptr)
            return false;
        ++field;
    }
    stat.start_time = std::strtoull(field, nullptr, 10);
    return true;
}

// Whether the ids under /proc are those of this process's pid namespace. In a container it may be another's.
bool has_own_proc() noexcept
{
    char target[32];
    char own[32];
    const ssize_t length = readlink("/proc/self", target, sizeof target - 1);
    std::snprintf(own, sizeof own, "%d", static_cast<int>(getpid()));
    target[length > 0 ? length : 0] = 0;
    return std::strcmp(target, own) == 0;
}

// The dots: qemu-user makes up /proc/PID/stat for the process it runs, with another start time than the rest see.
bool read_stat(uint32_t pid, ProcessStat &stat) noexcept
{
    char path[64];
    std::snprintf(path, sizeof path, "/proc/./%u/stat", pid);
    return has_own_proc() && read_stat(path, stat);
}

bool read_own_stat(ProcessStat &stat) noexcept
{
    return read_stat("/proc/./self/stat", stat);
}

bool has_ended(char state) noexcept
{
    return state == 'Z' || state == 'X';
}

// Of a process whose first thread has ended: the others may go on. Dead only when each was seen to have ended: one that cannot
// be looked at, for want of a descriptor or because it just goes, tells nothing.
Liveness check_threads(uint32_t pid) noexcept
{
    const Uncancelled uncancelled;
    char path[320];
    std::snprintf(path, sizeof path, "/proc/%u/task", pid);
    DIR *threads = opendir(path);
    if (threads == nullptr)
        return errno == ENOENT ? Liveness::dead : Liveness::unknown;
    Liveness result = Liveness::dead;
    while (const dirent *thread = readdir(threads))
    {
        if (thread->d_name[0] == '.' || result == Liveness::alive)
            continue;
        ProcessStat stat;
        std::snprintf(path, sizeof path, "/proc/%u/task/%s/stat", pid, thread->d_name);
        if (!read_stat(path, stat))
            result = Liveness::unknown;
        else if (!has_ended(stat.state))
            result = Liveness::alive;
    }
    closedir(threads);
    return result;
}

// The number of a namespace of this process; 0 when that cannot be asked.
uint64_t name_space(const char *path) noexcept
{
    struct stat found;
    return stat(path, &found) == 0 ? found.st_ino : 0;
}

bool is_near(const ProcessIdentity &process) noexcept
{
    return process.pid != 0 && process.pid_namespace != 0 &&
           process.pid_namespace == this_process().identity.pid_namespace;
}

// Whether the process that has the id now is the one that is asked for. Only when their times can be compared.
bool is_same(const ProcessIdentity &process, const ProcessStat &stat, bool &same) noexcept
{
    same = stat.start_time == process.start_time;
    return process.start_time != 0 && process.time_namespace != 0 &&
           process.time_namespace == this_process().identity.time_namespace;
}

}

ProcessInfo find_this_process() noexcept
{
    ProcessInfo info;
    ProcessIdentity &identity = info.identity;
    identity.pid = static_cast<uint32_t>(getpid());
    ProcessStat own;
    if (read_own_stat(own))
        identity.start_time = own.start_time;
    info.token = base::make_process_token(identity.pid, identity.start_time);
    identity.pid_namespace = name_space("/proc/self/ns/pid");
    identity.time_namespace = name_space("/proc/self/ns/time");
    if (identity.time_namespace == 0 && identity.pid_namespace != 0)
        identity.time_namespace = 1; // an older kernel: all have the same time
    return info;
}

Liveness check_process(const ProcessIdentity &process) noexcept
{
    if (!is_near(process))
        return Liveness::unknown;
    if (kill(static_cast<pid_t>(process.pid), 0) != 0 && errno == ESRCH)
        return Liveness::dead;
    ProcessStat stat;
    bool same = false;
    if (!read_stat(process.pid, stat) || !is_same(process, stat, same))
        return Liveness::unknown;
    if (!same)
        return Liveness::dead;
    return has_ended(stat.state) ? check_threads(process.pid) : Liveness::alive;
}

bool is_stopped(const ProcessIdentity &process) noexcept
{
    ProcessStat stat;
    bool same = false;
    return is_near(process) && read_stat(process.pid, stat) && is_same(process, stat, same) && same &&
           (stat.state == 'T' || stat.state == 't');
}

void process_name(uint32_t pid, char *name, size_t capacity) noexcept
{
    char path[64];
    if (pid == this_process().identity.pid)
        std::snprintf(path, sizeof path, "/proc/self/comm");
    else
        std::snprintf(path, sizeof path, "/proc/%u/comm", has_own_proc() ? pid : 0);
    size_t length = read_text(path, name, capacity);
    while (length > 0 && name[length - 1] == '\n')
        name[--length] = 0;
    if (length == 0)
        name[0] = 0;
}

uint64_t random_number() noexcept
{
    const Uncancelled uncancelled;
    uint64_t number = 0;
    if (getrandom(&number, sizeof number, 0) != sizeof number)
        number = static_cast<uint64_t>(realtime_ns()) * 0x9e3779b97f4a7c15u + static_cast<uint64_t>(getpid());
    return number;
}

}
