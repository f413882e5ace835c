/// All segments of some folders at a glance, kept open and sampled together: for ls, top and doctor.
/// Opens everything for reading only, so that no loop is disturbed.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "frame/geometry.hpp"
#include "platform/platform.hpp"
#include "segments/segment.hpp"
#include "text/json.hpp"

namespace daoshm
{

/// One segment, or one file that should be one.
struct SegmentStatus
{
    std::string path;
    std::string problem; ///< why it cannot be opened; the rest is empty then
    Geometry geometry;
    DAO_SEGMENT_INFO info{};
    uint64_t cnt0 = 0;
    std::optional<double> rate_hz; ///< unknown until sampled twice
    std::optional<int64_t> last_frame_ns;
    int64_t sampled_ns = 0; ///< when all this was so; ages count to then
    uint32_t readers_alive = 0;
    uint64_t missed = 0; ///< by the reader that missed most
};

class Survey
{
  public:
    /// @param folders  looked through, not below; empty for the usual ones, where only files *.im.shm count
    explicit Survey(std::vector<std::string> folders);
    /// Look for new and vanished files, and sample every segment now.
    void sample();
    const std::vector<SegmentStatus> &statuses() const { return statuses_; }
    /// Those looked through, as the system names them.
    const std::vector<std::string> &folders() const { return folders_; }

  private:
    struct Watched
    {
        std::optional<Segment> segment;
        std::string problem;
        bool is_segment_file = false;
        uint64_t cnt0 = 0;
        int64_t sampled_ns = 0;
        uint32_t generation = 0;
        uint64_t segment_id = 0;
    };
    void look_for_files();
    void refresh(const std::string &path, Watched &watched) const;
    SegmentStatus status_of(const std::string &path, Watched &watched) const;

    bool only_named_so_;
    std::vector<std::string> folders_;
    std::map<std::string, Watched> watched_;
    std::vector<SegmentStatus> statuses_;
};

/// One look at one segment; the rate stays unknown.
SegmentStatus sample_segment(const Segment &segment);

/// The folder that all lie in, with its slash at the end; empty when they lie in several.
std::string common_folder(const std::vector<SegmentStatus> &statuses);

/// How a segment is doing, in a word or two, and how to colour it.
struct StateText
{
    std::string text;
    Style style;
};
StateText state_text(const SegmentStatus &status);
std::string writer_text(const DAO_SEGMENT_INFO &info);
std::string last_frame_text(const SegmentStatus &status);
Json status_json(const SegmentStatus &status);

}
