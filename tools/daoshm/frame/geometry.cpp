#include "frame/geometry.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include <dao.h>
#include <fmt/ranges.h>

#include "text/exit_code.hpp"

namespace daoshm
{

namespace
{

/// Throws when the product has more than 63 bits.
uint64_t product(uint64_t a, uint64_t b, const std::vector<uint64_t> &shape)
{
    if (a != 0 && b > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()) / a)
        throw ToolError(fmt::format("shape {}: too many bytes; expected fewer than 2^63", shape_text(shape)));
    return a * b;
}

}

uint64_t Geometry::element_count() const
{
    if (std::find(shape.begin(), shape.end(), 0) != shape.end())
        return 0;
    uint64_t count = 1;
    for (const uint64_t axis : shape)
        count = product(count, axis, shape);
    return count;
}

uint64_t Geometry::size_bytes() const
{
    return product(element_count(), daoTypeSize(atype), shape);
}

std::string Geometry::text() const
{
    const char *name = daoTypeName(atype);
    return fmt::format("{} {}", name != nullptr ? name : "?", shape_text(shape));
}

std::string shape_text(const std::vector<uint64_t> &shape)
{
    return fmt::format("{}", fmt::join(shape, "x"));
}

std::vector<uint64_t> without_unit_axes(std::vector<uint64_t> shape, size_t most)
{
    while (shape.size() > most)
    {
        const auto unit = std::find(shape.begin(), shape.end(), 1);
        if (unit == shape.end())
            break;
        shape.erase(unit);
    }
    return shape;
}

bool is_frame_of(const std::vector<uint64_t> &file, const std::vector<uint64_t> &segment)
{
    return file == segment ||
           (file.size() > segment.size() && without_unit_axes(file, 0) == without_unit_axes(segment, 0));
}

std::vector<uint32_t> read_shape(const std::string &text)
{
    std::vector<uint32_t> shape;
    const char *at = text.data();
    const char *const end = at + text.size();
    while (true)
    {
        uint32_t axis = 0;
        const auto [next, error] = std::from_chars(at, end, axis);
        if (error != std::errc() || axis == 0)
            return {};
        shape.push_back(axis);
        at = next;
        if (at == end)
            break;
        if (*at != 'x' && *at != ',')
            return {};
        ++at;
    }
    return shape.size() <= most_segment_axes ? shape : std::vector<uint32_t>();
}

std::vector<uint32_t> parse_shape(const std::string &text)
{
    const std::vector<uint32_t> shape = read_shape(text);
    if (shape.empty())
        throw ToolError(
            fmt::format("shape: '{}'; expected one to three sizes from 1 to 4294967295, such as 512x512 or 512,512",
                        text),
            exit_usage);
    return shape;
}

}
