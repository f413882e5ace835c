/// ls: all segments, one line each.
#include "commands/commands.hpp"

#include <fmt/format.h>

#include "commands/number_option.hpp"
#include "commands/segment_columns.hpp"
#include "platform/platform.hpp"
#include "segments/survey.hpp"
#include "text/exit_code.hpp"
#include "text/json.hpp"
#include "text/output.hpp"
#include "text/printable.hpp"
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
    bool null = false; // a zero byte ends each name
    bool json = false;
};

/// @return the exit code: an error when a folder could not be read
int end_of(const Survey &survey)
{
    for (const std::string &problem : survey.unread_folders())
        print_note(problem);
    return !survey.unread_folders().empty() ? exit_error : is_interrupted() ? exit_interrupted : exit_success;
}

/// For other programs they are as they are; a terminal would obey control characters in them.
void print_names(const std::vector<SegmentStatus> &statuses, char end)
{
    for (const SegmentStatus &status : statuses)
        print((output_is_terminal() ? printable(status.path) : status.path) + end);
}

int run_ls(const LsOptions &options)
{
    Survey survey(options.folders);
    if (options.names || options.null)
    {
        survey.sample();
        print_names(survey.statuses(), options.null ? '\0' : '\n');
        return end_of(survey);
    }
    survey.measure(options.interval_s);
    if (options.json)
    {
        Json list = Json::array();
        for (const SegmentStatus &status : survey.statuses())
            list.push_back(status_json(status));
        print_json(list);
    }
    else if (!survey.statuses().empty())
        print(segment_table(survey.statuses()));
    else if (survey.unread_folders().empty())
        print(fmt::format("no segments in {}\n", printable(fmt::format("{}", fmt::join(survey.folders(), ", ")))));
    return end_of(survey);
}

}

void add_ls(Tool &tool)
{
    const auto options = std::make_shared<LsOptions>();
    CLI::App *command = add_command(tool, "ls", "List all segments and their state", options, run_ls);
    add_folder_argument(command, options->folders);
    add_number(command, "--interval", options->interval_s, "Seconds over which the rates are measured", {0.01, 60})
        ->capture_default_str();
    command->add_flag("--names", options->names, "Only the paths, without measuring");
    command->add_flag("-0,--null", options->null, "Only the paths, each ended by a zero byte, as xargs -0 reads them");
    add_json_flag(command, options->json);
    command->footer(
        "RATE: frames per second over the interval. MISSED: the most frames that any of the readers has missed.\n"
        "A file that is named like a segment but cannot be opened is listed with the reason: damaged, foreign or no "
        "access.\n"
        "Exit code 1: a folder could not be read.\n\n"
        "Examples:\n  daoshm ls\n  daoshm ls /data/shm --interval 2\n"
        "  daoshm ls --json | jq '.[] | select(.state == \"writer gone\") | .segment'");
}

}
