#include "platform/platform.hpp"

#include "platform/posix/this_process.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
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

// Fields 3 and 22 of /proc/PID/stat; the second, the name in parentheses, may hold anything.
bool read_stat(uint32_t pid, ProcessStat &stat) noexcept
{
    char path[64];
    char text[1024];
    // The dot: qemu-user makes up /proc/PID/stat for the process it runs, with another start time than the rest see.
    std::snprintf(path, sizeof path, "/proc/./%u/stat", pid);
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

}

ProcessInfo find_this_process() noexcept
{
    ProcessInfo info;
    const auto pid = static_cast<uint32_t>(getpid());
    ProcessStat own;
    read_stat(pid, own);
    info.token = base::make_process_token(pid, own.start_time);
    struct stat name_space;
    if (stat("/proc/self/ns/pid", &name_space) == 0)
        info.domain = name_space.st_ino;
    return info;
}

bool is_alive(base::ProcessToken token) noexcept
{
    ProcessStat stat;
    const uint32_t pid = base::token_pid(token);
    return read_stat(pid, stat) && stat.state != 'Z' && stat.state != 'X' &&
           base::make_process_token(pid, stat.start_time) == (token & base::process_token_mask);
}

void process_name(uint32_t pid, char *name, size_t capacity) noexcept
{
    char path[64];
    std::snprintf(path, sizeof path, "/proc/%u/comm", pid);
    size_t length = read_text(path, name, capacity);
    while (length > 0 && name[length - 1] == '\n')
        name[--length] = 0;
    if (length == 0)
        name[0] = 0;
}

uint64_t random_number() noexcept
{
    uint64_t number = 0;
    if (getrandom(&number, sizeof number, 0) != sizeof number)
        number = static_cast<uint64_t>(realtime_ns()) * 0x9e3779b97f4a7c15u + this_process().token;
    return number;
}

}
