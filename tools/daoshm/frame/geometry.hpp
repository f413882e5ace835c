/// Element type and shape of a frame or a file, in C order (slow axis first).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace daoshm
{

struct Geometry
{
    uint8_t atype = 0;
    std::vector<uint64_t> shape;

    /// Both throw when the bytes are more than a 64-bit number counts.
    uint64_t element_count() const;
    uint64_t size_bytes() const;
    /// "float32 512x512"
    std::string text() const;
    bool operator==(const Geometry &) const = default;
};

/// "512x512"
std::string shape_text(const std::vector<uint64_t> &shape);

inline constexpr size_t most_segment_axes = 3;

/// The shape without axes of length 1, of which the first go first, until `most` axes are left, or only longer ones.
std::vector<uint64_t> without_unit_axes(std::vector<uint64_t> shape, size_t most = most_segment_axes);

/// Is a frame of shape `file` one of shape `segment`, but for axes of length 1 that only the file has?
bool is_frame_of(const std::vector<uint64_t> &file, const std::vector<uint64_t> &segment);

/// A shape from "512x512" or "512,512"; throws a usage error unless it is one to three numbers from 1 to 2^32 - 1.
std::vector<uint32_t> parse_shape(const std::string &text);
/// The same; empty when it is none.
std::vector<uint32_t> read_shape(const std::string &text);

}
