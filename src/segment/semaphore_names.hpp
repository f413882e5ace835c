// The names of DAO's semaphores: the segment's base name up to its first dot, whatever follows and whatever the folder. So
// different segments may have the same.
#pragma once

#include "base/status.hpp"

#include <cstddef>
#include <cstdint>

namespace dao::segment
{

class Segment;

// The base name in a segment's name, and how many bytes of it come before the first dot.
const char *base_name(const char *segment_name) noexcept;
size_t stem_length(const char *base_name) noexcept;

// An error when another segment that DAO programs share has the same semaphores: each would wake the other's readers.
// Searched are the folder of the segment and those where segments usually are. `path`: where the segment is, or will be.
Status check_semaphore_names(const char *segment_name, const char *path) noexcept;

// Takes the named semaphores of a segment that is no more out of the system; DAO's only if no other segment has the same.
void remove_unshared_semaphores(const Segment &segment) noexcept;

}
