// What each of the two systems has of its own for files. Both return an errno, 0 when done; ENOTSUP when this file
// system cannot.
#pragma once

#include <cstdint>

namespace dao::platform
{

// Gives the empty file that size, and the room for it.
int reserve_space(int file, uint64_t bytes) noexcept;

// Renames unless something has the new name: EEXIST.
int rename_to_free_name(const char *from, const char *to) noexcept;

}
