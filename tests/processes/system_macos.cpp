#include "system_posix.hpp"

#include "timing.hpp"

#include <filesystem>
#include <libproc.h>
#include <mach-o/dyld.h>
#include <unistd.h>

namespace test
{

std::string own_path()
{
    uint32_t bytes = 0;
    _NSGetExecutablePath(nullptr, &bytes); // only asks for the length
    std::string path(bytes, '\0');
    if (_NSGetExecutablePath(path.data(), &bytes) != 0)
        return "";
    return path.c_str();
}

size_t mapping_count(const std::string &part_of_path)
{
    size_t count = 0;
    proc_regionwithpathinfo region{};
    // Each call reports the first region that ends behind the address.
    for (uint64_t address = 0;
         proc_pidinfo(getpid(), PROC_PIDREGIONPATHINFO, address, &region, sizeof region) == sizeof region;
         address = region.prp_prinfo.pri_address + region.prp_prinfo.pri_size)
        count += std::string(region.prp_vip.vip_path).find(part_of_path) != std::string::npos;
    return count;
}

int semaphore_value(sem_t *semaphore)
{
    // The value cannot be asked for, but the posts can be taken, counted, and given back.
    int value = 0;
    while (sem_trywait(semaphore) == 0)
        ++value;
    for (int post = 0; post < value; ++post)
        sem_post(semaphore);
    return value;
}

bool take_semaphore(sem_t *semaphore, int64_t timeout_ns)
{
    return eventually([&] { return sem_trywait(semaphore) == 0; }, milliseconds(timeout_ns / millisecond_ns));
}

}
