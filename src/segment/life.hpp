// Making, opening, replacing and removing segments.
#pragma once

#include "segment/segment.hpp"

namespace dao::segment
{

using SegmentPointer = std::shared_ptr<Segment>;

struct CreateOptions
{
    uint32_t file_mode = 0600;
    bool is_mode_asked = false;  // else a file that takes the place of another gets that one's mode
    bool dao_semaphores = false; // for DAO programs to wait on
    bool exclusive = false;      // fail when anything has the name
};

// For a name that a directory, a device or a pipe has.
Status fail_not_regular(DAO_ERROR_CODE code, const char *name, const char *verb) noexcept;

// Makes the segment or reuses the one there. On failure nothing remains and `segment` is unchanged.
Status create(const char *name, const format::Geometry &geometry, const CreateOptions &options,
              SegmentPointer &segment) noexcept;

// The same geometry in private memory.
Status create_private(const char *name, const format::Geometry &geometry, SegmentPointer &segment) noexcept;

// Opens an existing segment; for reading only where writing is not permitted, or when `read_only`.
Status open(const char *name, bool read_only, SegmentPointer &segment) noexcept;
// The same for what has the name of that one now, also when this process has changed its folder since.
Status open_again(const Segment &before, bool read_only, SegmentPointer &segment) noexcept;

Status remove(const char *name) noexcept;

// Opens a file for File::lock(): for writing where that is permitted.
Status open_to_lock(const char *path, platform::File &file) noexcept;

// 1 to 79 bytes.
Status check_segment_name(const char *name) noexcept;

}
