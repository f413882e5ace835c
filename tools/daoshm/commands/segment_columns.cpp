#include "commands/segment_columns.hpp"

#include <fmt/format.h>

#include "frame/geometry.hpp"
#include "platform/platform.hpp"
#include "segments/survey.hpp"
#include "terminal/style.hpp"
#include "text/numbers.hpp"
#include "text/printable.hpp"

namespace daoshm
{

const std::vector<SegmentColumnInfo> &segment_columns()
{
    static const std::vector<SegmentColumnInfo> columns{{SegmentColumn::segment, "SEGMENT", 0, Align::left, 100},
                                                        {SegmentColumn::type, "TYPE", 10, Align::left, 40},
                                                        {SegmentColumn::shape, "SHAPE", 12, Align::left, 60},
                                                        {SegmentColumn::depth, "DEPTH", 5, Align::right, 20},
                                                        {SegmentColumn::cnt0, "CNT0", 11, Align::right, 50},
                                                        {SegmentColumn::rate, "RATE", 10, Align::right, 90},
                                                        {SegmentColumn::history, "HISTORY", 12, Align::left, 10},
                                                        {SegmentColumn::age, "LAST FRAME", 12, Align::right, 55},
                                                        {SegmentColumn::writer, "WRITER", 16, Align::left, 30},
                                                        {SegmentColumn::readers, "READERS", 7, Align::right, 45},
                                                        {SegmentColumn::missed, "MISSED", 8, Align::right, 70},
                                                        {SegmentColumn::state, "STATE", 14, Align::left, 80}};
    return columns;
}

Cell segment_cell(const SegmentStatus &status, SegmentColumn column, const std::string &folder)
{
    const StateText state = state_text(status);
    if (column == SegmentColumn::segment)
        return {status.path.substr(folder.size()), Style::accent};
    if (column == SegmentColumn::state)
        return {state.text, state.style};
    if (!status.problem.empty())
        return {"-", Style::dim};
    const bool is_running = status.rate_hz.value_or(0) > 0;
    switch (column)
    {
    case SegmentColumn::type:
        return {daoTypeName(status.geometry.atype)};
    case SegmentColumn::shape:
        return {shape_text(status.geometry.shape)};
    case SegmentColumn::depth:
        return {std::to_string(status.info.depth)};
    case SegmentColumn::cnt0:
        return {std::to_string(status.cnt0)};
    case SegmentColumn::rate:
        return {is_running ? rate_text(*status.rate_hz) : "-", is_running ? Style::good : Style::dim};
    case SegmentColumn::history:
        return {"", is_running ? Style::good : Style::dim};
    case SegmentColumn::age:
        return {last_frame_text(status)};
    case SegmentColumn::writer:
        return {writer_text(status.info), status.info.writer_alive == DAO_ALIVE ? Style::plain : Style::dim};
    case SegmentColumn::readers:
        return {status.info.has_extension != 0 ? status.readers.text() : "-"};
    case SegmentColumn::missed:
        return {status.info.has_extension == 0 ? "-" : std::to_string(status.missed),
                status.missed > 0 ? Style::warning : Style::plain};
    case SegmentColumn::segment:
    case SegmentColumn::state:
        break;
    }
    return {};
}

namespace
{

/// "damaged: ..." in lines that fit the terminal.
std::string problem_lines(const StateText &state, const std::string &problem)
{
    constexpr size_t indent = 2;
    const std::string begin = state.text + ":";
    const std::string lines = wrapped(begin + " " + printable(problem), output_columns(), indent);
    return lines.starts_with(begin) ? paint(state.style, begin) + lines.substr(begin.size()) : lines;
}

}

std::string segment_table(const std::vector<SegmentStatus> &statuses)
{
    const std::string folder = common_folder(statuses);
    std::vector<SegmentColumn> columns;
    std::vector<Column> titles;
    for (const SegmentColumnInfo &info : segment_columns())
    {
        if (info.column == SegmentColumn::history)
            continue;
        columns.push_back(info.column);
        titles.push_back({info.title, info.align, info.importance,
                          info.column == SegmentColumn::segment ? Cut::start : Cut::nothing});
    }
    Table table(titles);
    for (const SegmentStatus &status : statuses)
    {
        std::vector<Cell> cells;
        for (const SegmentColumn column : columns)
            cells.push_back(segment_cell(status, column, folder));
        table.add(std::move(cells));
    }
    std::string text = table.text();
    for (const SegmentStatus &status : statuses)
        if (!status.problem.empty() && status.cause != DAO_E_PERMISSION) // else the state says all
            text += problem_lines(state_text(status), status.problem);
    return text;
}

}
