/// What top shows: the segments of a survey, filtered, sorted, with the history of their rates.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "segments/survey.hpp"
#include "terminal/table.hpp"

namespace daoshm
{

enum class TopColumn
{
    segment,
    type,
    shape,
    depth,
    cnt0,
    rate,
    history,
    age,
    writer,
    readers,
    missed,
    state
};

struct TopColumnInfo
{
    TopColumn column;
    const char *title;
    int width; ///< 0: the remaining width
    Align align;
    int importance; ///< on a narrow terminal the least important are left out first
};

const std::vector<TopColumnInfo> &top_columns();

class TopModel
{
  public:
    explicit TopModel(const std::vector<std::string> &folders) : survey_(folders) {}

    void sample();
    /// The segments to show, in order.
    std::vector<SegmentStatus> rows() const;
    size_t total() const { return survey_.statuses().size(); }
    /// The folder that all are in; empty when they are in several.
    const std::string &folder() const { return folder_; }
    Cell cell(const SegmentStatus &status, TopColumn column) const;

    TopColumn sort = TopColumn::segment;
    bool is_reversed = false;
    std::string filter;

  private:
    std::string history_text(const std::string &path) const;

    Survey survey_;
    std::string folder_;
    std::map<std::string, std::deque<double>> rates_;
};

}
