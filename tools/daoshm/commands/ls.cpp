/// ls: all segments, one line each.
#include "commands/commands.hpp"

#include <cstdio>
#include <optional>

#include <fmt/format.h>

#include "commands/segment_columns.hpp"
#include "platform/platform.hpp"
#include "segments/survey.hpp"
#include "terminal/style.hpp"
#include "terminal/table.hpp"
#include "text/exit_code.hpp"
#include "text/json.hpp"
#include "timing/interrupt.hpp"

namespace daoshm
{

namespace
{

struct LsOptions
{
    std::vector<std::string> folders;
    double interval_s = 0.5;
    bool names = false;
    bool json = false;
};

void print_table(const std::vector<SegmentStatus> &statuses)
{
    const std::string folder = common_folder(statuses);
    std::vector<SegmentColumn> columns;
    std::vector<Column> titles;
    for (const SegmentColumnInfo &info : segment_columns())
    {
        if (info.column == SegmentColumn::history)
            continue;
        columns.push_back(info.column);
        titles.push_back({info.title, info.align});
    }
    Table table(titles);
    for (const SegmentStatus &status : statuses)
    {
        std::vector<Cell> cells;
        for (const SegmentColumn column : columns)
            cells.push_back(segment_cell(status, column, folder));
        table.add(std::move(cells));
    }
    std::fputs(table.text().c_str(), stdout);
    for (const SegmentStatus &status : statuses)
        if (!status.problem.empty())
            std::fputs(fmt::format("{} {}\n", paint(Style::bad, "damaged:"), status.problem).c_str(), stdout);
}

int run_ls(const LsOptions &options)
{
    Survey survey(options.folders);
    survey.sample();
    if (options.names)
    {
        for (const SegmentStatus &status : survey.statuses())
            std::fputs((status.path + "\n").c_str(), stdout);
        return exit_success;
    }
    if (!survey.statuses().empty())
    {
        sleep_unless_interrupted(static_cast<int64_t>(options.interval_s * 1e9));
        survey.sample();
    }
    if (options.json)
    {
        Json list = Json::array();
        for (const SegmentStatus &status : survey.statuses())
            list.push_back(status_json(status));
        print_json(list);
    }
    else if (survey.statuses().empty())
    {
        std::fputs(fmt::format("no segments in {}\n", fmt::join(survey.folders(), ", ")).c_str(), stdout);
    }
    else
    {
        print_table(survey.statuses());
    }
    return is_interrupted() ? exit_interrupted : exit_success;
}

}

void add_ls(Tool &tool)
{
    const auto options = std::make_shared<LsOptions>();
    CLI::App *command = add_command(tool, "ls", "List all segments and their state", options, run_ls);
    add_folder_argument(command, options->folders);
    command->add_option("--interval", options->interval_s, "Seconds over which the rates are measured")
        ->check(CLI::Range(0.01, 60.0))
        ->capture_default_str();
    command->add_flag("--names", options->names, "Only the paths, without measuring");
    add_json_flag(command, options->json);
    command->footer(
        "RATE: frames per second over the interval. MISSED: the most frames that any of the readers has missed.\n"
        "A file that is named like a segment but cannot be opened is listed with the reason.\n\n"
        "Examples:\n  daoshm ls\n  daoshm ls /data/shm --interval 2\n"
        "  daoshm ls --json | jq '.[] | select(.state == \"writer gone\") | .path'");
}

}
