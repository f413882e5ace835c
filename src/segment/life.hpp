// Making, opening, replacing and removing segments.
#pragma once

#include "segment/handle.hpp"

namespace dao::segment
{

struct CreateOptions
{
    uint32_t file_mode = 0600;
    bool named_semaphores = false;
};

// Makes the segment or reuses the one there. On failure nothing is left behind and `handle` is unchanged.
Status create(const char *name, const format::Geometry &geometry, const CreateOptions &options, Handle &handle) noexcept;

// The same geometry in private memory.
Status create_private(const char *name, const format::Geometry &geometry, Handle &handle) noexcept;

// Opens an existing segment; for reading only where writing is not permitted, or when `read_only`.
Status open(const char *name, bool read_only, Handle &handle) noexcept;

// Opens what has the name now in place of what `handle` holds. On failure the old one stays.
Status reopen(Handle &handle) noexcept;

Status remove(const char *name) noexcept;

// 1 to 79 bytes.
Status check_segment_name(const char *name) noexcept;

}
