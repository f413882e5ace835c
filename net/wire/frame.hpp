// The header of a frame.
#pragma once

#include "wire/json.hpp"

#include <array>

namespace dao::net::wire
{

constexpr size_t host_limit_bytes = 255;
constexpr size_t source_limit_bytes = 31;

struct Geometry
{
    uint8_t atype = 0;
    uint32_t naxis = 0;
    std::array<uint32_t, 3> shape{};
    bool operator==(const Geometry &) const = default;
};

// The element type of that name; 0 when there is none.
uint8_t find_type(std::string_view name);
// The shape as messages have it.
Json write_shape(const Geometry &geometry);
// Elements of a frame; 0 when the number does not fit.
uint64_t element_count(const Geometry &geometry);
// Bytes of a frame; 0 when the number does not fit or there is no such type.
uint64_t frame_bytes(const Geometry &geometry);

// More frames than are published in 3 days, one each nanosecond: more than that is an error, or an attack.
constexpr uint64_t missed_limit = uint64_t{1} << 48;

// What differs from frame to frame.
struct FrameNumbers
{
    uint64_t cnt0 = 0;
    uint64_t cnt1 = 0;
    uint64_t cnt2 = 0;
    int64_t atime_ns = 0;
    uint64_t origin_cnt0 = 0; // its counter in the segment that it was first published to
    uint64_t seq = 0;
    uint64_t kw = 0;
    int64_t sent_ns = 0;
};

// What frame after frame has in common, as a rule. A header that differs in none of these is sent without being made anew.
struct FrameConstants
{
    std::string topic;
    std::string host;
    std::string source;
    Geometry geometry;
    uint32_t depth = 1;
    uint32_t keyword_room = 0;
    uint64_t origin = 0; // segment id of the segment that the frame was first published to
    uint32_t hops = 0;   // networks that it has come through before
    bool operator==(const FrameConstants &) const = default;
};

struct FrameHeader : FrameNumbers, FrameConstants
{
    uint64_t missed = 0;        // frames before it that could not be sent any more
    uint64_t missed_before = 0; // those of them that never came to the publisher's segment
};

// The header in two steps, as one frame goes to many: what is the frame's own, and what differs between receivers.
std::string write_frame_part(const FrameHeader &header);
std::string complete(const std::string &frame_part, uint64_t seq, uint64_t kw, int64_t sent_ns, uint64_t missed = 0);

// Throws BadMessage when it is not a header, or not that of a frame of `data_bytes`.
FrameHeader read_frame_header(const Json &object, uint64_t data_bytes);

}
