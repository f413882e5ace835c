/// What top shows: the segments of a survey, filtered, sorted, with the history of their rates.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "commands/segment_columns.hpp"
#include "segments/survey.hpp"
#include "terminal/table.hpp"

namespace daoshm
{

class TopModel
{
  public:
    explicit TopModel(const std::vector<std::string> &folders) : survey_(folders) {}

    void sample();
    /// The segments to show, in order; once also those that were removed since the sample before.
    std::vector<SegmentStatus> rows() const;
    size_t total() const { return statuses_.size(); }
    /// The folder that all are in; empty when they are in several.
    const std::string &folder() const { return folder_; }
    Cell cell(const SegmentStatus &status, SegmentColumn column) const;

    SegmentColumn sort = SegmentColumn::segment;
    bool is_reversed = false;
    std::string filter;

  private:
    void note_changes(const std::vector<SegmentStatus> &before);
    std::string history_text(const std::string &path) const;

    Survey survey_;
    std::vector<SegmentStatus> statuses_;
    std::string folder_;
    std::map<std::string, std::deque<double>> rates_;
};

}
