// Segments to plan and to recognise: their shapes, and the bytes of their files.
#pragma once

#include "base/error.hpp"
#include "format/extension.hpp"
#include "format/layout.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

namespace dao::format::samples
{

inline constexpr const char *name = "/tmp/layout.im.shm";

inline Geometry geometry_of(std::initializer_list<uint32_t> size, uint8_t atype, uint32_t depth, uint32_t keywords)
{
    Geometry geometry;
    geometry.naxis = static_cast<uint8_t>(size.size());
    std::copy(size.begin(), size.end(), geometry.size);
    geometry.atype = atype;
    geometry.depth = depth;
    geometry.keywords = keywords;
    return geometry;
}

inline Layout plan_of(const Geometry &geometry)
{
    Layout layout;
    EXPECT_EQ(plan(name, geometry, layout), Status::success) << base::last_error_message();
    return layout;
}

// The bytes of a file with this layout, as its maker leaves them.
class File
{
  public:
    File(const Geometry &geometry, uint64_t metadata_size, uint64_t bytes) : bytes_(bytes)
    {
        for (uint32_t slot = 0; slot < geometry.depth; ++slot)
        {
            const uint64_t at = slot * metadata_size;
            uint64_t elements = 1;
            for (unsigned axis = 0; axis < geometry.naxis; ++axis)
                elements *= geometry.size[axis];
            put(at + offsetof(IMAGE_METADATA, naxis), geometry.naxis);
            put(at + offsetof(IMAGE_METADATA, size), geometry.size);
            put(at + offsetof(IMAGE_METADATA, nelement), elements);
            put(at + offsetof(IMAGE_METADATA, atype), geometry.atype);
            put(at + offsetof(IMAGE_METADATA, NBkw), static_cast<uint16_t>(geometry.keywords));
        }
        if (metadata_size == metadata_bytes)
        {
            put(offsetof(IMAGE_METADATA, fifo_size), geometry.depth);
            put(offsetof(IMAGE_METADATA, fifo_last_written), geometry.depth - 1);
        }
    }

    static File with_extension(const Geometry &geometry)
    {
        const Layout layout = plan_of(geometry);
        File file(geometry, metadata_bytes, layout.file_bytes);
        file.put(layout.extension_offset + offsetof(Extension, magic), extension_magic);
        file.put(layout.extension_offset + offsetof(Extension, version), extension_version);
        file.put(layout.extension_offset + offsetof(Extension, size), static_cast<uint32_t>(sizeof(Extension)));
        file.put(layout.extension_offset + offsetof(Extension, reader_capacity), reader_table_size);
        file.put(layout.extension_offset + offsetof(Extension, data_offset), layout.data_offset);
        file.put(layout.extension_offset + offsetof(Extension, slot_stride), layout.slot_stride);
        return file;
    }

    template <class T>
    void put(uint64_t offset, const T &value)
    {
        std::memcpy(bytes_.data() + offset, &value, sizeof value);
    }
    void resize(uint64_t bytes) { bytes_.resize(bytes); }
    uint64_t size() const { return bytes_.size(); }

    // In memory of exactly its size, so that a sanitizer sees every byte read beyond.
    Status inspect(Layout &layout, uint64_t bytes) const
    {
        const std::unique_ptr<unsigned char[]> exact(new unsigned char[bytes + (bytes == 0)]);
        std::memcpy(exact.get(), bytes_.data(), bytes);
        return format::inspect(name, exact.get(), bytes, layout);
    }
    Status inspect(Layout &layout) const { return inspect(layout, size()); }

  private:
    std::vector<unsigned char> bytes_;
};

inline void expect_refused(const File &file, DAO_ERROR_CODE code, const char *words)
{
    Layout layout;
    EXPECT_EQ(file.inspect(layout), Status::error);
    EXPECT_EQ(base::last_error_code(), code);
    const std::string message = base::last_error_message();
    EXPECT_EQ(message.rfind(name, 0), 0u) << message;
    EXPECT_NE(message.find(words), std::string::npos) << message;
}

inline uint64_t data_end(const Layout &layout)
{
    return layout.keywords_offset + uint64_t{layout.geometry.keywords} * sizeof(IMAGE_KEYWORD);
}

}
