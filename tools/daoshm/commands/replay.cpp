/// replay: frames from a file into a segment, at the recorded or a given rate.
#include "commands/commands.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

#include <fmt/format.h>

#include "commands/file_notes.hpp"
#include "commands/number_option.hpp"
#include "files/frame_file.hpp"
#include "files/replay_times.hpp"
#include "frame/geometry.hpp"
#include "frame/times.hpp"
#include "platform/platform.hpp"
#include "segments/segment.hpp"
#include "segments/segment_name.hpp"
#include "terminal/progress.hpp"
#include "text/exit_code.hpp"
#include "text/json.hpp"
#include "text/numbers.hpp"
#include "text/output.hpp"
#include "text/printable.hpp"
#include "timing/interrupt.hpp"
#include "timing/pace.hpp"

namespace daoshm
{

namespace
{

struct ReplayOptions
{
    std::string file;
    std::string segment;
    std::string image;
    double rate_hz = 0;
    uint32_t depth = 4;
    bool loop = false;
    bool keep_times = false;
    bool json = false;
};

/// The frames of a file: their number, and the shape and type of each.
struct Sequence
{
    uint64_t count;
    Geometry frame;
};

Sequence sequence_of(const FrameReader &file, const std::vector<uint64_t> *segment_shape, const std::string &path)
{
    const Geometry &all = file.header().geometry;
    if (file.records().empty() && segment_shape != nullptr && is_frame_of(all.shape, *segment_shape))
        return {1, {all.atype, *segment_shape}};
    if (all.shape.size() < 2)
        throw ToolError(fmt::format("{}: shape {}; expected at least two axes, with the frames along the first", path,
                                    shape_text(all.shape)));
    const std::vector<uint64_t> found(all.shape.begin() + 1, all.shape.end());
    const bool is_of_segment = segment_shape != nullptr && is_frame_of(found, *segment_shape);
    const Geometry frame{all.atype, is_of_segment ? *segment_shape : without_unit_axes(found)};
    if (frame.shape.size() > most_segment_axes)
        throw ToolError(fmt::format("{}: shape {}; expected frames of at most {} axes, along the first", path,
                                    shape_text(all.shape), most_segment_axes));
    return {all.shape[0], frame};
}

/// Make the segment, with the file's keywords.
Dao::Image create_for(const ReplayOptions &options, const Geometry &frame, const FrameReader &file)
{
    print_left_out(file, options.file);
    return create_segment(new_path_here(options.segment), frame, options.depth, file.header().keywords);
}

/// The segment to publish in: that of the name, or a new one. The first frame was read by then.
Dao::Image segment_for(const ReplayOptions &options, FrameReader &file, const Sequence &sequence,
                       std::optional<Dao::Image> existing)
{
    if (existing && geometry_of(*existing) != sequence.frame)
        throw ToolError(fmt::format("{}: frames of {}; expected those of {}: {}", options.file, sequence.frame.text(),
                                    existing->name(), geometry_of(*existing).text()));
    if (sequence.count == 0)
        throw ToolError(fmt::format("{}: no frame in the file; expected at least one", options.file));
    check_shape(options.file, sequence.frame); // before it is read
    std::vector<std::byte> first(sequence.frame.size_bytes());
    file.read(0, sequence.frame.element_count(), first.data());
    return existing ? std::move(*existing) : create_for(options, sequence.frame, file);
}

/// When frame `index` is due, in ns after the first; for index `count`, when the first is due again.
int64_t due_ns(const ReplayTimes &times, uint64_t index, double rate_hz)
{
    constexpr double most_ns = 1e18; // 31 years
    return rate_hz > 0 ? static_cast<int64_t>(std::min(static_cast<double>(index) * 1e9 / rate_hz, most_ns))
                       : times.due_ns(index);
}

void publish_frame(Dao::Image &segment, const FrameReader &file, const std::vector<std::byte> &frame, uint64_t index,
                   bool keep_times)
{
    if (!file.records().empty())
    {
        segment.set_frame_id(file.records()[index].cnt2);
        if (keep_times)
            segment.set_acquisition_time(time_point(file.records()[index].atime_ns));
    }
    publish(segment, frame.data());
}

struct ReplayResult
{
    uint64_t frames = 0;
    uint64_t late = 0; ///< frames published more than 1 ms after they were due
    int64_t elapsed_ns = 0;
};

/// Publish all frames, each read before it is due, the first at `started_ns`. That moves when the process was stopped.
/// @return false when interrupted
bool play_once(Dao::Image &segment, FrameReader &file, const Sequence &sequence, const ReplayOptions &options,
               const ReplayTimes &times, int64_t &started_ns, ReplayResult &result)
{
    Progress progress("replaying", sequence.count, !options.json);
    const uint64_t elements = sequence.frame.element_count();
    std::vector<std::byte> frame(sequence.frame.size_bytes());
    for (uint64_t index = 0; index < sequence.count; ++index)
    {
        file.read(index * elements, elements, frame.data());
        const int64_t due = started_ns + due_ns(times, index, options.rate_hz);
        result.late += steady_ns() - due > 1'000'000 ? 1U : 0U;
        if (!wait_until(due))
            return false;
        started_ns += pause_ns(due);
        publish_frame(segment, file, frame, index, options.keep_times);
        ++result.frames;
        progress.update(index + 1);
    }
    return true;
}

ReplayResult play(Dao::Image &segment, FrameReader &file, const Sequence &sequence, const ReplayOptions &options,
                  const ReplayTimes &times)
{
    ReplayResult result;
    const int64_t started_ns = steady_ns();
    int64_t round_ns = started_ns;
    while (play_once(segment, file, sequence, options, times, round_ns, result) && options.loop)
        round_ns += due_ns(times, sequence.count, options.rate_hz);
    result.elapsed_ns = steady_ns() - started_ns;
    return result;
}

void report(const Dao::Image &segment, const ReplayResult &result, const ReplayTimes &times,
            const ReplayOptions &options)
{
    const std::vector<uint64_t> steps = options.rate_hz > 0 ? std::vector<uint64_t>() : times.steps();
    if (options.json)
    {
        print_json({{"segment", absolute_path(segment.name())},
                    {"frames", result.frames},
                    {"late", result.late},
                    {"elapsed_s", static_cast<double>(result.elapsed_ns) / 1e9},
                    {"steps", steps}});
        return;
    }
    std::string text = fmt::format("{}: {} in {}, {} more than 1 ms late\n", printable(segment.name()),
                                   count_text(result.frames, "frame"),
                                   duration_text(static_cast<double>(result.elapsed_ns)), result.late);
    if (!steps.empty())
        text += fmt::format("  the recorded times step {}, first before frame {}: each step was played as one usual "
                            "period, {}\n",
                            count_text(steps.size(), "time"), steps.front(),
                            duration_text(static_cast<double>(times.period_ns())));
    print(text);
}

int run_replay(const ReplayOptions &options)
{
    const std::unique_ptr<FrameReader> file = open_frames(options.file, options.image);
    print_notes(*file);
    if (options.rate_hz <= 0 && file->records().empty())
        throw ToolError(
            fmt::format("{}: no acquisition times in the file; expected a recording, or --rate", options.file),
            exit_usage);
    std::optional<Dao::Image> existing;
    std::vector<uint64_t> shape;
    if (existing_segment(options.segment))
    {
        existing.emplace(open_writer(options.segment));
        shape = geometry_of(*existing).shape;
    }
    const Sequence sequence = sequence_of(*file, existing ? &shape : nullptr, options.file);
    Dao::Image segment = segment_for(options, *file, sequence, std::move(existing));
    const ReplayTimes times(file->records());
    report(segment, play(segment, *file, sequence, options, times), times, options);
    return is_interrupted() && !options.loop ? exit_interrupted : exit_success;
}

}

void add_replay(Tool &tool)
{
    const auto options = std::make_shared<ReplayOptions>();
    CLI::App *command = add_command(tool, "replay", "Publish the frames of a file, at the recorded or a given rate",
                                    options, run_replay);
    command->add_option("file", options->file, "File: .npy or FITS, frames along the first axis")
        ->required()
        ->type_name("FILE");
    command
        ->add_option("segment", options->segment, "Segment; created, with the file's keywords, when it does not exist")
        ->required()
        ->type_name(segment_argument);
    add_number(command, "--rate", options->rate_hz, "Frames per second, instead of the recorded times", rate_bounds)
        ->type_name("HZ");
    add_image_option(command, options->image);
    command->add_flag("--loop", options->loop, "Repeat until Ctrl-C");
    command->add_flag("--keep-times", options->keep_times,
                      "Publish the recorded acquisition times instead of new ones");
    add_number(command, "--depth", options->depth, "Slots of a segment that is created", depth_bounds)
        ->capture_default_str();
    add_json_flag(command, options->json);
    command->footer(
        "The frame ids (cnt2) are those recorded. Where frames are missing from the recording there is a pause.\n"
        "Where the recorded times step, because a clock was set, one usual period passes.\n\n"
        "Examples:\n  daoshm replay night.fits wfs\n  daoshm replay night.npy simulated --rate 100 --loop");
}

}
