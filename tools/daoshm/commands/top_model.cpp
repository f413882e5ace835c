#include "commands/top_model.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "frame/geometry.hpp"
#include "platform/platform.hpp"
#include "text/numbers.hpp"

namespace daoshm
{

namespace
{

constexpr size_t history_length = 12;

std::string lower_case(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

bool is_before(const SegmentStatus &a, const SegmentStatus &b, TopColumn column)
{
    const auto type = [](const SegmentStatus &status) { return status.geometry.atype; };
    switch (column)
    {
    case TopColumn::type:
        return type(a) < type(b);
    case TopColumn::shape:
        return a.geometry.size_bytes() > b.geometry.size_bytes();
    case TopColumn::depth:
        return a.info.depth > b.info.depth;
    case TopColumn::cnt0:
        return a.cnt0 > b.cnt0;
    case TopColumn::rate:
    case TopColumn::history:
        return a.rate_hz.value_or(-1) > b.rate_hz.value_or(-1);
    case TopColumn::age:
        return a.last_frame_ns.value_or(0) > b.last_frame_ns.value_or(0);
    case TopColumn::writer:
        return a.info.writer_pid < b.info.writer_pid;
    case TopColumn::readers:
        return a.readers_alive > b.readers_alive;
    case TopColumn::missed:
        return a.missed > b.missed;
    case TopColumn::state:
        return state_text(a).text < state_text(b).text;
    case TopColumn::segment:
        break;
    }
    return a.path < b.path;
}

}

const std::vector<TopColumnInfo> &top_columns()
{
    static const std::vector<TopColumnInfo> columns{
        {TopColumn::segment, "SEGMENT", 0, Align::left, 100}, {TopColumn::type, "TYPE", 10, Align::left, 40},
        {TopColumn::shape, "SHAPE", 12, Align::left, 60},     {TopColumn::depth, "DEPTH", 5, Align::right, 20},
        {TopColumn::cnt0, "CNT0", 11, Align::right, 50},      {TopColumn::rate, "RATE", 10, Align::right, 90},
        {TopColumn::history, "HISTORY", 12, Align::left, 10}, {TopColumn::age, "LAST FRAME", 11, Align::right, 55},
        {TopColumn::writer, "WRITER", 16, Align::left, 30},   {TopColumn::readers, "READERS", 7, Align::right, 45},
        {TopColumn::missed, "MISSED", 8, Align::right, 70},   {TopColumn::state, "STATE", 12, Align::left, 80}};
    return columns;
}

void TopModel::sample()
{
    survey_.sample();
    folder_ = common_folder(survey_.statuses());
    std::map<std::string, std::deque<double>> rates;
    for (const SegmentStatus &status : survey_.statuses())
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
    for (const SegmentStatus &status : survey_.statuses())
        if (lower_case(status.path + " " + state_text(status).text).find(wanted) != std::string::npos)
            rows.push_back(status);
    std::stable_sort(rows.begin(), rows.end(), [this](const SegmentStatus &a, const SegmentStatus &b)
                     { return is_reversed ? is_before(b, a, sort) : is_before(a, b, sort); });
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

Cell TopModel::cell(const SegmentStatus &status, TopColumn column) const
{
    const StateText state = state_text(status);
    if (column == TopColumn::segment)
        return {status.path.substr(folder_.size()), Style::accent};
    if (column == TopColumn::state)
        return {state.text, state.style};
    if (!status.problem.empty())
        return {"-", Style::dim};
    const bool is_running = status.rate_hz.value_or(0) > 0;
    switch (column)
    {
    case TopColumn::type:
        return {daoTypeName(status.geometry.atype)};
    case TopColumn::shape:
        return {shape_text(status.geometry.shape)};
    case TopColumn::depth:
        return {std::to_string(status.info.depth)};
    case TopColumn::cnt0:
        return {std::to_string(status.cnt0)};
    case TopColumn::rate:
        return {is_running ? rate_text(*status.rate_hz) : "-", is_running ? Style::good : Style::dim};
    case TopColumn::history:
        return {history_text(status.path), is_running ? Style::good : Style::dim};
    case TopColumn::age:
        return {last_frame_text(status)};
    case TopColumn::writer:
        return {writer_text(status.info), status.info.writer_alive != 0 ? Style::plain : Style::dim};
    case TopColumn::readers:
        return {std::to_string(status.readers_alive)};
    case TopColumn::missed:
        return {std::to_string(status.missed), status.missed > 0 ? Style::warning : Style::plain};
    case TopColumn::segment:
    case TopColumn::state:
        break;
    }
    return {};
}

}
