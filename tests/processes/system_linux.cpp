#include "system_posix.hpp"

#include "wait_modes.hpp"

#include <filesystem>
#include <fstream>

namespace test
{

std::string own_path()
{
    std::error_code error;
    return std::filesystem::read_symlink("/proc/self/exe", error).string();
}

size_t mapping_count(const std::string &part_of_path)
{
    std::ifstream maps("/proc/self/maps");
    size_t count = 0;
    for (std::string line; std::getline(maps, line);)
        count += line.find(part_of_path) != std::string::npos;
    return count;
}

int semaphore_value(sem_t *semaphore)
{
    int value = -1;
    sem_getvalue(semaphore, &value);
    return value;
}

bool take_semaphore(sem_t *semaphore, int64_t timeout_ns)
{
    const timespec deadline = realtime_after(timeout_ns);
    return sem_timedwait(semaphore, &deadline) == 0;
}

}
