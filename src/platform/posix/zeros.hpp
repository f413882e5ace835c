// Reserving space where the file system cannot: writing does.
#pragma once

#include <cstdint>

namespace dao::platform
{

// Writes the whole file. Returns an errno, 0 when done.
int write_zeros(int file, uint64_t bytes) noexcept;

}
