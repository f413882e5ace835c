// Where the parts of a segment lie: planned for a new one, recognised in a file that is there. Pure functions.
#pragma once

#include "base/checked.hpp"
#include "base/status.hpp"

#include <algorithm>
#include <cstdint>

namespace dao::format
{

constexpr uint64_t metadata_bytes = sizeof(IMAGE_METADATA);
constexpr uint64_t legacy_metadata_bytes = offsetof(IMAGE_METADATA, fifo_size); // DAO before the FIFO
constexpr size_t name_capacity = sizeof(IMAGE_METADATA::name);
constexpr uint32_t keyword_limit = 65535;

// What the caller chooses of a segment.
struct Geometry
{
    uint8_t naxis = 0;
    uint32_t size[3] = {0, 0, 0};
    uint8_t atype = 0;
    uint32_t depth = 0;
    uint32_t keywords = 0;

    bool operator==(const Geometry &) const = default;
    // Whether a frame of the one fits where a frame of the other does.
    bool has_same_frames(const Geometry &other) const noexcept
    {
        return naxis == other.naxis && std::equal(size, size + 3, other.size) && atype == other.atype;
    }
};

struct Layout
{
    Geometry geometry;
    uint64_t element_count = 0; // of a frame
    uint64_t slot_bytes = 0;
    uint64_t data_offset = 0;
    uint64_t slot_stride = 0;
    uint64_t keywords_offset = 0;
    uint64_t extension_offset = 0; // 0: none
    uint64_t file_bytes = 0;
    bool has_fifo_fields = true; // false: the layout before the FIFO

    // What DAO takes for the length of the file: all but the extension.
    uint64_t dao_bytes() const noexcept { return keywords_offset + geometry.keywords * sizeof(IMAGE_KEYWORD); }
};

// Lays out a new segment. Fails, naming `name`, when the geometry is unusable or its size overflows.
Status plan(const char *name, const Geometry &geometry, Layout &layout) noexcept;

// Recognises the `bytes` bytes of a file that begin at `contents`; reads only those. Fails, naming `name`, with what
// was found and what was expected.
Status inspect(const char *name, const void *contents, uint64_t bytes, Layout &layout) noexcept;

}
