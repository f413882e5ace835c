#include "commands/top_model.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "segments/survey.hpp"
#include "terminal/table.hpp"
#include "text/letters.hpp"

namespace daoshm
{

namespace
{

constexpr size_t history_length = 12;

bool is_before(const SegmentStatus &a, const SegmentStatus &b, SegmentColumn column)
{
    const auto type = [](const SegmentStatus &status) { return status.geometry.atype; };
    switch (column)
    {
    case SegmentColumn::type:
        return type(a) < type(b);
    case SegmentColumn::shape:
        return a.geometry.size_bytes() > b.geometry.size_bytes();
    case SegmentColumn::depth:
        return a.info.depth > b.info.depth;
    case SegmentColumn::cnt0:
        return a.cnt0 > b.cnt0;
    case SegmentColumn::rate:
    case SegmentColumn::history:
        return a.rate_hz.value_or(-1) > b.rate_hz.value_or(-1);
    case SegmentColumn::age:
        return a.last_frame_ns.value_or(0) > b.last_frame_ns.value_or(0);
    case SegmentColumn::writer:
        return a.info.writer_pid < b.info.writer_pid;
    case SegmentColumn::readers:
        return a.readers.alive + a.readers.unknown > b.readers.alive + b.readers.unknown;
    case SegmentColumn::missed:
        return a.missed > b.missed;
    case SegmentColumn::state:
        return state_text(a).text < state_text(b).text;
    case SegmentColumn::segment:
        break;
    }
    return a.path < b.path;
}

}

/// Marks the segments that replaced another since `before`, and adds the ones removed.
void TopModel::note_changes(const std::vector<SegmentStatus> &before)
{
    std::map<std::string, SegmentStatus *> found;
    for (SegmentStatus &status : statuses_)
        found[status.path] = &status;
    std::vector<SegmentStatus> removed;
    for (const SegmentStatus &old : before)
    {
        if (old.change == DAO_REMOVED || !old.problem.empty())
            continue;
        const auto now = found.find(old.path);
        if (now == found.end())
        {
            removed.push_back(old);
            removed.back().change = DAO_REMOVED;
            removed.back().rate_hz = 0;
        }
        else if (now->second->info.segment_id != old.info.segment_id)
            now->second->change = DAO_REPLACED;
    }
    statuses_.insert(statuses_.end(), removed.begin(), removed.end());
}

void TopModel::sample()
{
    survey_.sample();
    const std::vector<SegmentStatus> before = std::exchange(statuses_, survey_.statuses());
    note_changes(before);
    folder_ = common_folder(statuses_);
    std::map<std::string, std::deque<double>> rates;
    for (const SegmentStatus &status : statuses_)
    {
        std::deque<double> &history = rates[status.path];
        history = std::move(rates_[status.path]);
        if (status.rate_hz)
            history.push_back(*status.rate_hz);
        if (history.size() > history_length)
            history.pop_front();
    }
    rates_ = std::move(rates);
}

std::vector<SegmentStatus> TopModel::rows() const
{
    std::vector<SegmentStatus> rows;
    const std::string wanted = lower_case(filter);
    for (const SegmentStatus &status : statuses_)
        if (lower_case(status.path + " " + state_text(status).text).find(wanted) != std::string::npos)
            rows.push_back(status);
    std::stable_sort(rows.begin(), rows.end(), [this](const SegmentStatus &a, const SegmentStatus &b) {
        return is_reversed ? is_before(b, a, sort) : is_before(a, b, sort);
    });
    return rows;
}

std::string TopModel::history_text(const std::string &path) const
{
    constexpr std::array blocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇"}; // no full block: rows stay apart
    const auto found = rates_.find(path);
    if (found == rates_.end() || found->second.empty())
        return "";
    const double largest = *std::max_element(found->second.begin(), found->second.end());
    std::string text;
    for (const double rate : found->second)
    {
        const double level = largest > 0 ? rate / largest * (blocks.size() - 1) + 0.5 : 0;
        text += blocks[std::min(static_cast<size_t>(level), blocks.size() - 1)];
    }
    return text;
}

Cell TopModel::cell(const SegmentStatus &status, SegmentColumn column) const
{
    Cell cell = segment_cell(status, column, folder_);
    if (column == SegmentColumn::history && status.problem.empty())
        cell.text = history_text(status.path);
    return cell;
}

}
