/// record: frames, in order, into a FITS cube or .npy.
#include "commands/commands.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "commands/number_option.hpp"
#include "files/frame_file.hpp"
#include "files/new_file.hpp"
#include "platform/platform.hpp"
#include "recording/recorder.hpp"
#include "segments/segment.hpp"
#include "terminal/style.hpp"
#include "text/exit_code.hpp"
#include "text/json.hpp"
#include "text/numbers.hpp"
#include "text/output.hpp"
#include "text/printable.hpp"

namespace daoshm
{

namespace
{

struct RecordOptions
{
    std::string segment;
    std::string file;
    uint64_t frames = 0;
    std::string time;
    std::string timeout;
    uint64_t buffer_mib = 256;
    bool force = false;
    bool json = false;
};

const char *end_text(RecordEnd end)
{
    switch (end)
    {
    case RecordEnd::complete:
        return "complete";
    case RecordEnd::interrupted:
        return "interrupted";
    case RecordEnd::timeout:
        return "timeout";
    case RecordEnd::failed:
        break;
    }
    return "failed";
}

/// From the first frame to the last, without what the clock was set by meanwhile. In double, because times of strange
/// clocks may be as far apart as 64 bits allow.
double recorded_ns(const RecordResult &result)
{
    double span = static_cast<double>(result.last_ns) - static_cast<double>(result.first_ns);
    for (const ClockStep &step : result.steps)
        span -= static_cast<double>(step.step_ns);
    return std::max(0.0, span);
}

double rate_of(const RecordResult &result)
{
    const double span = recorded_ns(result);
    return result.frames > 1 && span > 0 ? static_cast<double>(result.frames + result.missed - 1) * 1e9 / span : 0;
}

void print_report_json(const std::string &segment, const FrameWriter &file, const RecordResult &result)
{
    Json json = Json::object();
    json["files"] = file.paths();
    json["segment"] = segment;
    json["end"] = end_text(result.end);
    json["problem"] = json_text(result.problem);
    json["frames"] = result.frames;
    json["missed"] = result.missed;
    json["missed_on_the_way"] = result.missed_on_the_way;
    json["outrun"] = result.outrun;
    json["buffer_full"] = result.buffer_full;
    json["restarts"] = result.restarts;
    json["span_s"] = recorded_ns(result) / 1e9;
    json["rate_hz"] = json_if(result.frames > 1, rate_of(result));
    json["steps"] = Json::array();
    for (const ClockStep &step : result.steps)
        json["steps"].push_back({{"before_frame", step.frame_index}, {"step_ns", step.step_ns}});
    json["gaps"] = Json::array();
    for (const Gap &gap : result.gaps)
        json["gaps"].push_back({{"before_frame", gap.frame_index}, {"missed", gap.missed}});
    print_json(json);
}

/// What would prevent it that frames are missing.
std::string advice(const RecordResult &result)
{
    std::string text;
    if (result.missed_on_the_way > 0)
        text +=
            fmt::format("\n  {} did not come to this machine: a greater depth of the segment at its source prevents "
                        "this, and --every of\n  subscribers and relays between; `daoshm net status` there tells "
                        "where they were lost",
                        count_text(result.missed_on_the_way, "frame"));
    if (result.missed == result.missed_on_the_way)
        return text;
    if (result.buffer_full > 0)
        return text + fmt::format("\n  the buffer was full {}: a faster disk or a larger --buffer prevents this",
                                  count_text(result.buffer_full, "time"));
    return text +
           "\n  the recorder came too late, the disk kept up: a segment with a greater depth prevents this, or the "
           "right\n  to real-time priority (ulimit -r)";
}

void print_report(const FrameWriter &file, const RecordResult &result)
{
    if (result.frames == 0)
    {
        print("no frame, and so no file\n");
        return;
    }
    const std::string path = file.paths().front();
    std::error_code moved;
    const auto size = static_cast<double>(std::filesystem::file_size(path_of(path), moved));
    std::string text = fmt::format("{}: {}", paint(Style::accent, printable(path)), count_text(result.frames, "frame"));
    if (!moved)
        text += ", " + bytes_text(size);
    if (result.frames > 1)
        text += fmt::format(", {} at {}", duration_text(recorded_ns(result)), rate_text(rate_of(result)));
    text += result.missed == 0 ? paint(Style::good, ", no frame missing")
                               : paint(Style::bad, fmt::format(", {} missing in {}", count_text(result.missed, "frame"),
                                                               count_text(result.gaps.size(), "gap")));
    constexpr size_t shown_gaps = 10;
    for (size_t i = 0; i < std::min(result.gaps.size(), shown_gaps); ++i)
        text += fmt::format("\n  before frame {}: {} missing", result.gaps[i].frame_index, result.gaps[i].missed);
    if (result.gaps.size() > shown_gaps)
        text += fmt::format("\n  and {}; the file lists all", count_text(result.gaps.size() - shown_gaps, "more gap"));
    if (result.outrun > 0)
        text += fmt::format("\n  for {} the writer overwrote every frame while it was being copied",
                            duration_text(static_cast<double>(result.outrun) * 1e8));
    text += advice(result);
    constexpr size_t shown_steps = 10;
    for (size_t i = 0; i < std::min(result.steps.size(), shown_steps); ++i)
        text += fmt::format("\n  before frame {}: the clock of the acquisition times was set, by {:+.3f} s",
                            result.steps[i].frame_index, static_cast<double>(result.steps[i].step_ns) / 1e9);
    if (result.steps.size() > shown_steps)
        text += fmt::format("\n  and {}", count_text(result.steps.size() - shown_steps, "more time"));
    if (result.restarts > 0)
        text += fmt::format("\n  the segment was created again {}; cnt0 restarts there",
                            count_text(result.restarts, "time"));
    print(text + "\n");
}

int run_record(const RecordOptions &options)
{
    const std::string path = file_meant(options.file);
    check_destination(path, Content::recording, options.force);
    RecordLimits limits;
    limits.frames = options.frames;
    limits.duration_ns = parse_time_limit(options.time);
    limits.timeout_ns = parse_time_limit(options.timeout);
    limits.buffer_bytes = options.buffer_mib << 20U;
    Dao::Image segment = open_reader(options.segment, limits.timeout_ns);
    const std::unique_ptr<FrameWriter> file =
        create_recording(path, {geometry_of(segment), shown_name(segment), segment.keywords()});
    const RecordResult result = record_frames(segment, *file, limits, !options.json);
    if (options.json)
        print_report_json(full_name(segment), *file, result);
    else
        print_report(*file, result);
    const bool is_endless = limits.frames == 0 && limits.duration_ns < 0;
    switch (result.end)
    {
    case RecordEnd::failed:
        throw ToolError(fmt::format("{}: recording ended after {}: {}", options.file,
                                    count_text(result.frames, "frame"), result.problem));
    case RecordEnd::timeout:
        throw ToolError(
            fmt::format("{}: no frame for {}; expected one sooner (--timeout)", shown_name(segment), options.timeout),
            exit_timeout);
    case RecordEnd::interrupted:
        if (!is_endless)
            return exit_interrupted;
        break;
    case RecordEnd::complete:
        break;
    }
    return result.missed > 0 ? exit_findings : exit_success;
}

}

void add_record(Tool &tool)
{
    const auto options = std::make_shared<RecordOptions>();
    CLI::App *command = add_command(tool, "record", "Record frames, in order and each once, to a FITS cube or .npy",
                                    options, run_record);
    add_source_argument(command, options->segment);
    command->add_option("file", options->file, "File to write: .fits, .fit, .fts or .npy")
        ->required()
        ->type_name("FILE");
    add_number(command, "-n,--frames", options->frames, "Number of frames", count_from_one);
    add_span(command, "-t,--time", options->time, "Time to record, from the first frame on: 10s, 2min, 1h");
    add_span(command, "--timeout", options->timeout, "Stop with an error when no frame arrives for this long");
    add_number(command, "--buffer", options->buffer_mib, "Memory for frames that wait for the disk, MiB",
               {1, 1U << 20U})
        ->capture_default_str();
    command->add_flag("-f,--force", options->force, "Overwrite an existing file");
    add_json_flag(command, options->json);
    command->footer(
        "Recording begins with the next frame and, without -n and -t, continues until Ctrl-C. A full disk, Ctrl-C or "
        "a\n"
        "closed terminal leaves a valid file of the frames until then; without a frame there is no file. Frames that "
        "the\n"
        "writer overwrote before they were read, or that did not come through the network, are counted and reported\n"
        "(exit code 4).\n"
        "Frames reach the disk within a second. When the recorder was killed or the power failed, `daoshm repair "
        "FILE`\n"
        "completes the file, with the help of FILE.journal beside it.\n\n"
        "FITS: a cube with the frames along the last axis (the first in NumPy), the segment's keywords in the header,\n"
        "and a table FRAMES with CNT0, CNT2, ATIME_NS, MISSED and CRC32 for each frame. Unsigned integers and int8 "
        "use\n"
        "BZERO; complex elements are pairs along NAXIS1, CTYPE1 'COMPLEX'.\n"
        ".npy: the same array, and a sidecar file NAME.npy.json with the keywords and the five columns.\n\n"
        "Examples:\n  daoshm record wfs night.fits -n 1000\n  daoshm record wfs night.npy -t 10s --timeout 2s\n"
        "  daoshm record wfs long.fits          until Ctrl-C");
}

}
