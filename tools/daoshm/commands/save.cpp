/// save: one frame into a file.
#include "commands/commands.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "files/frame_file.hpp"
#include "files/new_file.hpp"
#include "frame/times.hpp"
#include "platform/platform.hpp"
#include "segments/segment.hpp"
#include "text/exit_code.hpp"
#include "text/json.hpp"
#include "text/numbers.hpp"
#include "text/output.hpp"
#include "text/printable.hpp"
#include "timing/interrupt.hpp"

namespace daoshm
{

namespace
{

struct SaveOptions
{
    std::string segment;
    std::string file;
    std::string timeout = "10s";
    bool next = false;
    bool force = false;
    bool json = false;
};

/// Wait for a frame that is published from now on. @return it, or that Ctrl-C came first
Dao::ReadResult read_unseen(Dao::Image &segment, std::vector<std::byte> &frame, const SaveOptions &options)
{
    Dao::NextOptions how;
    how.timeout = std::chrono::nanoseconds(parse_duration(options.timeout));
    if (is_interrupted()) // before the segment was open, whose waits end only for later ones
        return Dao::ReadResult(DAO_INTERRUPTED, {});
    const Dao::ReadResult result = segment.next(frame, how);
    if (result.status == DAO_TIMEOUT)
        throw ToolError(
            fmt::format("{}: no frame for {}; expected one sooner (--timeout)", shown_name(segment), options.timeout),
            exit_timeout);
    if (!result && result.status != DAO_INTERRUPTED)
        throw error_of(segment, result.status);
    return result;
}

int run_save(const SaveOptions &options)
{
    const std::string path = file_meant(options.file);
    check_destination(path, Content::one_frame, options.force);
    Dao::Image segment = open_read_only(options.segment);
    std::vector<std::byte> frame;
    const Dao::ReadResult result = options.next ? read_unseen(segment, frame, options) : read_newest(segment, frame);
    if (result.status == DAO_INTERRUPTED)
        return exit_interrupted;
    const FrameRecord record{result.cnt0, result.cnt2, acquired_ns(result), 0};
    save_frame(path, {geometry_of(segment), shown_name(segment), segment.keywords()}, frame.data(), record);
    if (options.json)
        print_json({{"file", path},
                    {"segment", full_name(segment)},
                    {"cnt0", record.cnt0},
                    {"cnt2", record.cnt2},
                    {"atime_ns", record.atime_ns}});
    else
        print(fmt::format("{}: frame {} of {}, {}, acquired {}\n", printable(path), record.cnt0,
                          printable(shown_name(segment)), geometry_of(segment).text(), time_text(record.atime_ns)));
    return exit_success;
}

}

void add_save(Tool &tool)
{
    const auto options = std::make_shared<SaveOptions>();
    CLI::App *command = add_command(tool, "save", "Save the newest frame to FITS or .npy", options, run_save);
    add_source_argument(command, options->segment);
    command->add_option("file", options->file, "File to write: .fits, .fit, .fts or .npy")
        ->required()
        ->type_name("FILE");
    command->add_flag("--next", options->next, "Wait for the next frame instead of taking the newest");
    add_span(command, "--timeout", options->timeout, "Longest wait of --next")->capture_default_str();
    command->add_flag("-f,--force", options->force, "Overwrite an existing file");
    add_json_flag(command, options->json);
    command->footer("The FITS header has DATE-OBS, DAOATIME (ns), DAOCNT0, DAOCNT2, DAOSEG, DAOTYPE and the segment's "
                    "keywords.\n\nExamples:\n  daoshm save wfs dark.fits\n  daoshm save wfs flat.npy --next --force");
}

}
