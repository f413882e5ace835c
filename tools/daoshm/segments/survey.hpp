/// The state of all segments in some folders, which stay open and are sampled together: for ls, top and doctor.
/// Everything is opened for reading only, so that nothing in them changes.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

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
    std::string path;
    std::string problem; ///< why it cannot be opened; the rest is empty then
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

class Survey
{
  public:
    /// @param folders  searched without their subfolders; empty: the usual ones, and only files *.im.shm
    explicit Survey(std::vector<std::string> folders);
    /// Find new and removed files, and sample every segment.
    void sample();
    const std::vector<SegmentStatus> &statuses() const { return statuses_; }
    /// The folders searched, as the system names them.
    const std::vector<std::string> &folders() const { return folders_; }

  private:
    struct Tracked
    {
        std::optional<Dao::Image> segment;
        std::string problem;
        bool has_segment_name = false;
        uint64_t cnt0 = 0;
        int64_t sampled_ns = 0;
        uint32_t generation = 0;
        uint64_t segment_id = 0;
    };
    void find_files();
    void refresh(const std::string &path, Tracked &tracked) const;
    SegmentStatus status_of(const std::string &path, Tracked &tracked) const;

    bool is_usual_search_;
    std::vector<std::string> folders_;
    std::map<std::string, Tracked> tracked_;
    std::vector<SegmentStatus> statuses_;
};

/// Sample one segment once; the rate stays unknown.
SegmentStatus sample_segment(Dao::Image &segment);

/// The folder that all are in, with a slash at its end; empty when they are in several.
std::string common_folder(const std::vector<SegmentStatus> &statuses);

/// The state of a segment in a word or two, and its style.
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
