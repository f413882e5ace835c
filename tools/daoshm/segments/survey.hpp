/// The state of all segments in some folders, sampled together: for ls, top and doctor. Everything is opened for
/// reading only, so that nothing in it changes, and one after the other: there may be more segments than descriptors.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "segments/status.hpp"

namespace daoshm
{

class Survey
{
  public:
    /// @param folders  searched without their subfolders; empty: the usual ones. Throws when one is no folder.
    explicit Survey(std::vector<std::string> folders);
    /// Find new and removed files, and sample every segment. A file of another name counts when it is a segment.
    void sample();
    /// Sample twice, so that rates are known. @return false when interrupted between
    bool measure(double interval_s);

    const std::vector<SegmentStatus> &statuses() const { return statuses_; }
    /// The folders searched, as the system names them.
    const std::vector<std::string> &folders() const { return folders_; }
    /// What could not be read in the last sample: "FOLDER: why".
    const std::vector<std::string> &unread_folders() const { return unread_folders_; }

  private:
    /// The last sample of a segment.
    struct Sample
    {
        uint64_t cnt0;
        int64_t time_ns;
        uint32_t generation;
        uint64_t segment_id;
    };
    using Changed = std::filesystem::file_time_type;

    std::set<std::string> find_files();
    void sample_file(const std::string &path);
    void measure_rate(SegmentStatus &status);
    bool is_known_stranger(const std::string &path) const;

    std::vector<std::string> folders_;
    std::vector<std::string> unread_folders_;
    std::map<std::string, Sample> samples_;
    std::map<std::string, Changed> strangers_; ///< files that are no segments, not opened again until they change
    std::vector<SegmentStatus> statuses_;
};

/// The folder that all are in, with a slash at its end; empty when they are in several.
std::string common_folder(const std::vector<SegmentStatus> &statuses);

}
