/// save: one frame into a file.
#include "commands/commands.hpp"

#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "files/frame_file.hpp"
#include "segments/segment.hpp"
#include "text/exit_code.hpp"
#include "text/json.hpp"
#include "text/numbers.hpp"

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

int run_save(const SaveOptions &options)
{
    check_destination(options.file, options.force);
    const Segment segment = Segment::open_read_only(options.segment);
    if (options.next)
    {
        const int_fast8_t status =
            wait_for_frame(segment, daoShmGetCounter(segment.get()), parse_duration(options.timeout));
        if (status == DAO_INTERRUPTED)
            return exit_interrupted;
        check(status);
    }
    const std::vector<std::byte> frame = segment.read_newest();
    DAO_FRAME described = DAO_FRAME_INIT;
    check(daoShmGetFrame(segment.get(), &described));
    const FrameRecord record{described.cnt0, described.cnt2, described.atime_ns, 0};
    save_frame(options.file, {segment.geometry(), segment.path(), segment.keywords()}, frame.data(), record);
    if (options.json)
        print_json({{"file", options.file},
                    {"segment", segment.path()},
                    {"cnt0", record.cnt0},
                    {"cnt2", record.cnt2},
                    {"atime_ns", record.atime_ns}});
    else
        std::fputs(fmt::format("{}: frame {} of {}, {}, acquired {}\n", options.file, record.cnt0, segment.path(),
                               segment.geometry().text(), time_text(record.atime_ns))
                       .c_str(),
                   stdout);
    return exit_success;
}

}

void add_save(Tool &tool)
{
    const auto options = std::make_shared<SaveOptions>();
    CLI::App *command = add_command(tool, "save", "Save the newest frame to FITS or .npy", options, run_save);
    add_segment_argument(command, options->segment);
    command->add_option("file", options->file, "File to write: .fits, .fit, .fts or .npy")
        ->required()
        ->type_name("FILE");
    command->add_flag("--next", options->next, "Wait for the next frame instead of taking the newest");
    command->add_option("--timeout", options->timeout, "Longest wait of --next")
        ->type_name("SPAN")
        ->capture_default_str();
    command->add_flag("-f,--force", options->force, "Overwrite an existing file");
    add_json_flag(command, options->json);
    command->footer("The FITS header has DATE-OBS, DAOATIME (ns), DAOCNT0, DAOCNT2, DAOSEG, DAOTYPE and the segment's "
                    "keywords.\n\nExamples:\n  daoshm save wfs dark.fits\n  daoshm save wfs flat.npy --next --force");
}

}
