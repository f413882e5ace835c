// Segments as DAO makes them, byte by byte after docs/format.md, and what DAO does with them. Uses nothing of the
// library's but the element sizes.
#pragma once

#include "image.hpp"

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

namespace test
{

using Bytes = std::vector<unsigned char>;

constexpr size_t fifo_metadata_bytes = 4304;
constexpr size_t early_metadata_bytes = 4296; // before the FIFO
constexpr size_t keyword_bytes = 120;

/** Where fields lie. */
namespace at
{
constexpr size_t name = 0, naxis = 80, size = 84, nelement = 96, atype = 104, creation_time = 112, last_access = 120;
constexpr size_t atime = 128, shared = 144, sem = 148, cnt0 = 152, cnt1 = 160, cnt2 = 168, write = 176, NBkw = 178;
constexpr size_t fifo_size = 4296, fifo_last_written = 4300;
}

struct DaoSegment
{
    Shape shape;
    uint8_t atype = _DATATYPE_UINT32;
    uint32_t depth = 1;
    uint16_t keywords = 0;
    bool before_fifo = false;

    size_t metadata_bytes() const { return before_fifo ? early_metadata_bytes : fifo_metadata_bytes; }
    uint64_t elements() const
    {
        uint64_t count = 1;
        for (const uint32_t axis : shape)
            count *= axis;
        return count;
    }
    size_t slot_bytes() const { return elements() * daoTypeSize(atype); }
    size_t data_offset() const { return depth * metadata_bytes(); }
    size_t keyword_offset() const { return data_offset() + depth * slot_bytes(); }
    size_t file_bytes() const { return keyword_offset() + keywords * keyword_bytes; }
};

template <class T>
void put(Bytes &bytes, size_t offset, T value)
{
    std::memcpy(bytes.data() + offset, &value, sizeof value);
}

template <class T>
T get(const unsigned char *bytes, size_t offset)
{
    T value;
    std::memcpy(&value, bytes + offset, sizeof value);
    return value;
}

/** The file of a segment without frames. */
inline Bytes make_bytes(const DaoSegment &segment, const std::string &name)
{
    Bytes bytes(segment.file_bytes());
    for (uint32_t slot = 0; slot < segment.depth; ++slot)
    {
        const size_t start = slot * segment.metadata_bytes();
        std::memcpy(bytes.data() + start + at::name, name.data(), name.size());
        put(bytes, start + at::naxis, static_cast<uint8_t>(segment.shape.size()));
        for (size_t axis = 0; axis < segment.shape.size(); ++axis)
            put(bytes, start + at::size + 4 * axis, segment.shape[axis]);
        put(bytes, start + at::nelement, segment.elements());
        put(bytes, start + at::atype, segment.atype);
        put(bytes, start + at::creation_time, 1.7e9);
        put(bytes, start + at::shared, uint8_t{1});
        put(bytes, start + at::sem, uint16_t{10});
        put(bytes, start + at::NBkw, segment.keywords);
        if (!segment.before_fifo)
        {
            put(bytes, start + at::fifo_size, segment.depth);
            put(bytes, start + at::fifo_last_written, segment.depth - 1);
        }
    }
    for (size_t index = 0; index < segment.keywords; ++index)
        bytes[segment.keyword_offset() + index * keyword_bytes + 16] = 'N';
    return bytes;
}

inline void write_file(const std::string &name, const Bytes &bytes)
{
    std::ofstream file(name, std::ios::binary | std::ios::trunc);
    file.write(reinterpret_cast<const char *>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

inline Bytes read_file(const std::string &name)
{
    std::ifstream file(name, std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(file), {});
}

}
