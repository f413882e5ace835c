/// How a segment is doing: what ls, top, info, watch and doctor say of it, in the same words.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "frame/geometry.hpp"
#include "platform/platform.hpp"
#include "segments/liveness.hpp"
#include "segments/segment.hpp"
#include "text/json.hpp"

namespace daoshm
{

/// A segment, or a file that is named like one.
struct SegmentStatus
{
    std::string path; ///< or HOST:PORT:SEGMENT
    bool is_remote = false;
    std::string problem; ///< why it cannot be opened; the rest is empty then
    DAO_ERROR_CODE cause = DAO_E_NONE;
    Geometry geometry;
    DAO_SEGMENT_INFO info = DAO_SEGMENT_INFO_INIT;
    uint64_t cnt0 = 0;
    uint64_t cnt1 = 0;
    uint64_t cnt2 = 0;
    std::optional<double> rate_hz; ///< unknown until sampled twice
    std::optional<int64_t> last_frame_ns;
    int_fast8_t change = DAO_SUCCESS; ///< since the sample before: DAO_REPLACED or DAO_REMOVED
    int64_t sampled_ns = 0;           ///< when this was the state; ages count to then
    ReaderCount readers;
    uint64_t missed = 0; ///< by the reader that missed most
};

/// Sample one segment once; the rate stays unknown.
SegmentStatus sample_segment(Dao::Image &segment);
/// The status of a file that cannot be opened.
SegmentStatus unusable_segment(const std::string &path, const Dao::Error &error);

/// The state of a segment in a word or two, and its style; the guide explains each.
struct StateText
{
    std::string text;
    Style style;
};
StateText state_text(const SegmentStatus &status);

/// The frames published since the last one that it read.
uint64_t behind(const DAO_READER &reader, uint64_t cnt0);

std::string writer_text(const DAO_SEGMENT_INFO &info);
std::string last_frame_text(const SegmentStatus &status);
/// The keys are always the same; what is not known is null.
Json status_json(const SegmentStatus &status);

}
