// The named semaphores of DAO, which a segment has when it is DAO's or made to be shared with it.
#pragma once

#include <array>
#include <filesystem>
#include <semaphore.h>
#include <string>

namespace test
{

constexpr std::array<const char *, 11> which_semaphores = {"00", "01", "02", "03", "04", "05",
                                                           "06", "07", "08", "09", "log"};

inline std::string semaphore_name(const std::string &segment, const std::string &which)
{
    const std::string base = std::filesystem::path(segment).filename().string();
    return "/" + base.substr(0, base.find('.')) + "_sem" + which;
}

inline bool semaphore_exists(const std::string &segment, const std::string &which)
{
    sem_t *semaphore = sem_open(semaphore_name(segment, which).c_str(), 0);
    if (semaphore == SEM_FAILED)
        return false;
    sem_close(semaphore);
    return true;
}

inline int count_semaphores(const std::string &segment)
{
    int count = 0;
    for (const char *which : which_semaphores)
        count += semaphore_exists(segment, which);
    return count;
}

}
