/// repair: complete a recording that was interrupted, or check one that is complete.
#include "commands/commands.hpp"

#include <optional>

#include <fmt/format.h>

#include "commands/file_notes.hpp"
#include "files/frame_file.hpp"
#include "files/new_file.hpp"
#include "files/repair.hpp"
#include "frame/geometry.hpp"
#include "terminal/progress.hpp"
#include "text/exit_code.hpp"
#include "text/json.hpp"
#include "text/numbers.hpp"
#include "text/output.hpp"
#include "timing/interrupt.hpp"

namespace daoshm
{

namespace
{

struct RepairOptions
{
    std::string file;
    bool force = false;
    bool json = false;
};

void throw_if_interrupted()
{
    if (is_interrupted())
        throw ToolError("repair: interrupted; expected to run to its end", exit_interrupted);
}

RepairResult repaired(const RepairOptions &options)
{
    std::optional<Progress> bar;
    const auto progress = [&](uint64_t done, uint64_t total) {
        throw_if_interrupted();
        if (!bar)
            bar.emplace("repairing", total, !options.json);
        bar->update(done);
    };
    return repair_recording(options.file, progress, options.force);
}

int repair(const RepairOptions &options)
{
    const RepairResult result = repaired(options);
    if (options.json)
        print_json({{"files", result.paths},
                    {"repaired", true},
                    {"frames", result.frames},
                    {"lost", result.lost},
                    {"damaged", Json::array()}});
    else if (result.frames == 0)
        print_escaped(fmt::format("{}: no frame of it reached the disk; its files were removed\n", options.file));
    else
        print_escaped(fmt::format("{}: repaired: {}, each as it was recorded; {} lost\n", options.file,
                                  count_text(result.frames, "frame"), result.lost));
    return result.lost > 0 ? exit_findings : exit_success;
}

/// The numbers of the frames that are not what was recorded.
std::vector<uint64_t> damaged_frames(FrameReader &file, bool show_progress)
{
    const uint64_t frames = file.records().size();
    std::vector<uint64_t> damaged;
    Progress progress("checking", frames, show_progress);
    for (uint64_t i = 0; i < frames; ++i)
    {
        throw_if_interrupted();
        if (!file.is_as_recorded(i))
            damaged.push_back(i);
        progress.update(i);
    }
    return damaged;
}

int check(const RepairOptions &options)
{
    const std::unique_ptr<FrameReader> file = open_frames(options.file);
    print_notes(*file);
    if (!file->compares_checksums())
        throw ToolError(fmt::format("{}: nothing to repair and nothing to compare with; expected a recording, with its "
                                    "journal or its checksums",
                                    options.file));
    const std::vector<uint64_t> damaged = damaged_frames(*file, !options.json);
    const uint64_t frames = file->header().geometry.shape[0];
    if (options.json)
        print_json(
            {{"files", {options.file}}, {"repaired", false}, {"frames", frames}, {"lost", 0}, {"damaged", damaged}});
    else if (damaged.empty())
        print_escaped(
            fmt::format("{}: complete: {}, each as it was recorded\n", options.file, count_text(frames, "frame")));
    else
        print_escaped(fmt::format("{}: {} of {} not as recorded, the first is frame {}\n", options.file, damaged.size(),
                                  count_text(frames, "frame"), damaged.front()));
    return damaged.empty() ? exit_success : exit_findings;
}

int run_repair(const RepairOptions &given)
{
    RepairOptions options = given;
    options.file = file_meant(given.file);
    return needs_repair(options.file) ? repair(options) : check(given);
}

}

void add_repair(Tool &tool)
{
    const auto options = std::make_shared<RepairOptions>();
    CLI::App *command =
        add_command(tool, "repair", "Complete a recording that was interrupted by a crash; check a complete one",
                    options, run_repair);
    command->add_option("file", options->file, "Recording: FITS or .npy")->required()->type_name("FILE");
    command->add_flag("-f,--force", options->force, "Cut out frames, too, that were changed after they were recorded");
    add_json_flag(command, options->json);
    command->footer(
        "A recorder that is killed, or loses its power, leaves FILE.journal beside FILE. Every frame that is whole, "
        "by\n"
        "the checksum in the journal, stays, with its counters and times; what else is in the file is cut off, and "
        "the\n"
        "journal is removed. Exit code 4: frames were lost, which never reached the disk. Another file, and one in "
        "which\n"
        "frames were changed since, is refused and stays as it is.\n"
        "Without a journal the frames are compared with the recorded checksums, and nothing is changed. Exit code 4:\n"
        "some differ.\n\n"
        "Example:\n  daoshm repair night.fits");
}

}
