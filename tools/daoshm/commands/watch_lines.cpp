#include "commands/watch_lines.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "frame/statistics.hpp"
#include "segments/status.hpp"
#include "terminal/fitting.hpp"
#include "terminal/style.hpp"
#include "text/numbers.hpp"
#include "text/output.hpp"
#include "text/printable.hpp"

namespace daoshm
{

namespace
{

std::string right(const std::string &text, size_t width)
{
    const size_t used = display_width(text);
    return std::string(width > used ? width - used : 0, ' ') + text;
}

struct WatchColumn
{
    const char *title;
    size_t width;
    int importance; ///< on a narrow terminal the least important are left out first
    std::string (*text)(const WatchLine &line);
    Style (*style)(const WatchLine &line) = [](const WatchLine &) { return Style::plain; };
};

template <auto statistic>
std::string frame_text(const WatchLine &line)
{
    const Moments &frame = line.newest.moments;
    return frame.count > 0 ? value_text(frame.*statistic) : "-";
}

std::string jitter_text(const WatchLine &line)
{
    const Moments period = moments(line.tally.periods_ns);
    return period.count > 1 ? duration_text(period.deviation) : "-";
}

template <int per_mille>
std::string latency_text(const WatchLine &line)
{
    const Percentiles latency(line.tally.latencies_ns);
    return latency.count() > 0 ? duration_text(latency.at(per_mille / 10.0)) : "-";
}

std::string state_and_writer(const WatchLine &line)
{
    const DAO_SEGMENT_INFO &info = line.newest.status.info;
    const std::string text = state_text(line.newest.status).text;
    return is_gone(info.writer_alive) && info.writer_pid != 0 ? fmt::format("{}: {}", text, info.writer_pid) : text;
}

constexpr size_t state_width = 14; // the usual ones; the last column may be longer where there is room

std::vector<WatchColumn> watch_columns(bool with_latency)
{
    std::vector<WatchColumn> columns{
        {"RATE", 10, 100, [](const WatchLine &line) { return rate_text(rate_of(line.tally)); }},
        {"JITTER", 10, 65, jitter_text},
        {"MIN", 10, 40, frame_text<&Moments::minimum>},
        {"MEAN", 10, 60, frame_text<&Moments::mean>},
        {"MAX", 10, 50, frame_text<&Moments::maximum>},
        {"RMS", 10, 30, frame_text<&Moments::rms>},
        {"MISSED", 8, 85, [](const WatchLine &line) { return std::to_string(line.tally.missed); },
         [](const WatchLine &line) { return line.tally.missed > 0 ? Style::warning : Style::plain; }},
        {"AGE", 11, 70, [](const WatchLine &line) { return last_frame_text(line.newest.status); }}};
    if (with_latency)
        columns.insert(columns.end(), {{"WAKE P50", 10, 90, latency_text<500>},
                                       {"P99", 10, 80, latency_text<990>},
                                       {"P99.9", 10, 55, latency_text<999>},
                                       {"MAX", 10, 75, latency_text<1000>}});
    columns.push_back({"STATE", state_width, 95, state_and_writer,
                       [](const WatchLine &line) { return state_text(line.newest.status).style; }});
    size_t width = columns.size(); // a space between two, and two before the last
    for (const WatchColumn &column : columns)
        width += column.width;
    for (const size_t room = output_columns(); width > room && columns.size() > 1;)
    {
        const auto least = std::min_element(columns.begin(), columns.end(),
                                            [](const auto &a, const auto &b) { return a.importance < b.importance; });
        width -= least->width + 1;
        columns.erase(least);
    }
    return columns;
}

/// A line of cells, each right-aligned but the state, which is the last.
template <typename Text, typename Paint>
std::string line_of(const std::vector<WatchColumn> &columns, Text text_of, Paint style_of)
{
    const size_t room = output_columns();
    std::string line;
    size_t used = 0;
    for (const WatchColumn &column : columns)
    {
        const bool is_state = column.text == state_and_writer;
        const std::string space(used == 0 ? 0 : is_state ? 2 : 1, ' ');
        const std::string text = is_state ? text_of(column) : right(text_of(column), column.width);
        const std::string shown = shortened(text, room - std::min(room, used + space.size()));
        line += space + paint(style_of(column), shown);
        used += space.size() + display_width(shown);
    }
    return line + "\n";
}

std::string header_line(const std::vector<WatchColumn> &columns)
{
    return line_of(
        columns, [](const WatchColumn &column) { return std::string(column.title); },
        [](const WatchColumn &) { return Style::bold; });
}

void print_line(const WatchLine &line, const std::vector<WatchColumn> &columns)
{
    std::string text = line_of(
        columns, [&](const WatchColumn &column) { return column.text(line); },
        [&](const WatchColumn &column) { return column.style(line); });
    const auto add = [&](const std::string &note) {
        std::string lines = wrapped(note, output_columns(), 2);
        lines.pop_back();
        text += paint(Style::warning, lines) + "\n";
    };
    if (line.tally.replaced > 0)
        add("replaced, following");
    for (const MissedFrames::Reader &reader : line.missed)
        add(fmt::format("reader {} {}: missed {}, is {} behind", reader.pid, printable(reader.name),
                        count_text(reader.missed, "frame"), reader.behind));
    print_now(text);
}

}

double rate_of(const Tally &tally)
{
    return static_cast<double>(tally.frames + tally.missed) * 1e9 / static_cast<double>(tally.elapsed_ns);
}

WatchTable::WatchTable(bool with_latency) : with_latency_(with_latency)
{
    if (with_latency)
        print(wrapped("wake: from the frame's acquisition time until this process is awake, on the system's real-time "
                      "clock",
                      output_columns(), 2));
    titles_ = header_line(watch_columns(with_latency));
    print_now(titles_);
}

void WatchTable::add(const WatchLine &line)
{
    const std::vector<WatchColumn> columns = watch_columns(with_latency_);
    const std::string titles = header_line(columns);
    if (titles != titles_ || (count_ > 0 && count_ % 20 == 0))
        print(titles_ = titles);
    print_line(line, columns);
    ++count_;
}

}
