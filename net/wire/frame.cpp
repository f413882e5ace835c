#include "wire/frame.hpp"

#include "dao.h"

#include <algorithm>
#include <bit>

namespace dao::net::wire
{

static_assert(std::endian::native == std::endian::little, "frames are little-endian on the wire");

namespace
{

constexpr uint32_t depth_limit = 1u << 20;
constexpr uint32_t keyword_limit = 65535;
constexpr uint32_t usual_keyword_room = 64; // of a publisher that does not say it

uint8_t type_of(const std::string &name)
{
    if (const uint8_t atype = find_type(name); atype != 0)
        return atype;
    throw BadMessage("dtype: " + clean(name, 40) + "; expected one of dao.h's element types, such as float32");
}

void read_shape(const Json &object, Geometry &geometry)
{
    const Json &shape = member(object, "shape");
    if (!shape.is_array() || shape.empty() || shape.size() > geometry.shape.size())
        throw BadMessage("shape: " + clean(dump(shape), 40) + "; expected 1 to 3 numbers");
    geometry.naxis = static_cast<uint32_t>(shape.size());
    for (size_t axis = 0; axis < shape.size(); ++axis)
    {
        const Json &size = shape[axis];
        if (!size.is_number_unsigned() || size.get<uint64_t>() == 0 ||
            size.get<uint64_t>() > std::numeric_limits<uint32_t>::max())
            throw BadMessage("shape: " + clean(dump(shape), 40) + "; expected each from 1 to 4294967295");
        geometry.shape[axis] = size.get<uint32_t>();
    }
}

void check_bytes(const Geometry &geometry, uint64_t data_bytes)
{
    const uint64_t expected = frame_bytes(geometry);
    if (expected == 0 || expected != data_bytes)
        throw BadMessage("frame: " + std::to_string(data_bytes) + " bytes; expected " + std::to_string(expected) +
                         " as dtype and shape say");
}

}

uint8_t find_type(std::string_view name)
{
    for (uint8_t atype = 1; daoTypeName(atype) != nullptr; ++atype)
        if (name == daoTypeName(atype))
            return atype;
    return 0;
}

Json write_shape(const Geometry &geometry)
{
    Json shape = Json::array();
    for (uint32_t axis = 0; axis < geometry.naxis; ++axis)
        shape.push_back(geometry.shape[axis]);
    return shape;
}

uint64_t element_count(const Geometry &geometry)
{
    uint64_t count = 1;
    for (uint32_t axis = 0; axis < geometry.naxis; ++axis)
    {
        if (geometry.shape[axis] == 0 || count > std::numeric_limits<uint64_t>::max() / geometry.shape[axis])
            return 0;
        count *= geometry.shape[axis];
    }
    return count;
}

uint64_t frame_bytes(const Geometry &geometry)
{
    const uint64_t count = element_count(geometry), bytes = daoTypeSize(geometry.atype);
    return bytes == 0 || count > std::numeric_limits<uint64_t>::max() / bytes ? 0 : count * bytes;
}

FrameHeader read_frame_header(const Json &object, uint64_t data_bytes)
{
    check_version(object);
    FrameHeader header;
    if (const std::string compression = text_member(object, "compression", 40); compression != "none")
        throw BadMessage("compression: " + clean(compression, 40) + "; expected none");
    header.geometry.atype = type_of(text_member(object, "dtype", 40));
    read_shape(object, header.geometry);
    check_bytes(header.geometry, data_bytes);
    header.cnt0 = unsigned_member(object, "cnt0");
    header.cnt1 = unsigned_member(object, "cnt1");
    header.cnt2 = unsigned_member(object, "cnt2");
    header.atime_ns = signed_member(object, "atime_ns");
    header.sent_ns = time_member(object, "sent_ns");
    header.seq = unsigned_member(object, "seq");
    header.kw = unsigned_member(object, "kw");
    header.host = clean(text_member(object, "host", host_limit_bytes), host_limit_bytes);
    header.source = text_member(object, "source", source_limit_bytes);
    header.topic = text_member(object, "topic", topic_limit_bytes);
    if (!is_topic(header.topic) || clean(header.source, source_limit_bytes) != header.source || header.source.empty())
        throw BadMessage("topic or source: not a name; expected UTF-8 without control characters");
    header.depth = static_cast<uint32_t>(unsigned_member_or(object, "depth", 1, depth_limit));
    header.keyword_room =
        static_cast<uint32_t>(unsigned_member_or(object, "kw_room", usual_keyword_room, keyword_limit));
    header.missed = unsigned_member_or(object, "missed", 0, missed_limit);
    header.missed_before = std::min(header.missed, unsigned_member_or(object, "missed_before", 0, missed_limit));
    header.hops = static_cast<uint32_t>(unsigned_member_or(object, "hops", 0, 255));
    header.origin_cnt0 = header.cnt0;
    if (header.hops > 0)
        header.origin_cnt0 =
            unsigned_member_or(object, "origin_cnt0", header.cnt0, std::numeric_limits<uint64_t>::max());
    const std::string origin = text_member_or(object, "origin", header.source.substr(0, 16), 16);
    if (!from_hex(origin, header.origin))
        header.origin = 0; // a stranger's source need not be a number
    return header;
}

}
