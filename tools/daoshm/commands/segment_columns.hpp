/// The columns of ls and top: titles, and the cell of each for a segment.
#pragma once

#include <string>
#include <vector>

#include "segments/status.hpp"
#include "terminal/table.hpp"

namespace daoshm
{

enum class SegmentColumn
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

struct SegmentColumnInfo
{
    SegmentColumn column;
    const char *title;
    int width; ///< in top; 0: the remaining width
    Align align;
    int importance; ///< on a narrow terminal the least important are left out first
};

const std::vector<SegmentColumnInfo> &segment_columns();

/// @param folder  the part of the path that is left out
/// `history` is empty: only top has one.
Cell segment_cell(const SegmentStatus &status, SegmentColumn column, const std::string &folder);

/// The segments as a table, and below it why some cannot be opened.
std::string segment_table(const std::vector<SegmentStatus> &statuses);

}
