// What Linux and macOS each have in their own way, for the tests: system_linux.cpp, system_macos.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <semaphore.h>
#include <string>

namespace test
{

/** This program's own file; empty when the system does not say. */
std::string own_path();

/** Mappings in this process of files whose paths contain `part_of_path`. */
size_t mapping_count(const std::string &part_of_path);

/** The value of a semaphore that nobody else uses at this moment. */
int semaphore_value(sem_t *semaphore);

/** Takes a post, waiting for it at most so long. */
bool take_semaphore(sem_t *semaphore, int64_t timeout_ns);

}
