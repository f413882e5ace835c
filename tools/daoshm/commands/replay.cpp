/// replay: frames from a file into a segment, at the recorded or a given rate.
#include "commands/commands.hpp"

#include <cstdio>
#include <filesystem>
#include <optional>

#include <fmt/format.h>

#include "commands/number_option.hpp"
#include "files/frame_file.hpp"
#include "frame/geometry.hpp"
#include "frame/times.hpp"
#include "platform/platform.hpp"
#include "segments/segment.hpp"
#include "segments/segment_name.hpp"
#include "terminal/progress.hpp"
#include "text/exit_code.hpp"
#include "text/json.hpp"
#include "text/numbers.hpp"
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
    const bool is_one_frame = file.records().empty() && segment_shape != nullptr && all.shape == *segment_shape;
    if (is_one_frame)
        return {1, all};
    if (all.shape.size() < 2 || all.shape.size() > 4)
        throw ToolError(fmt::format("{}: shape {}; expected two to four axes, with the frames along the first", path,
                                    shape_text(all.shape)));
    return {all.shape[0], {all.atype, {all.shape.begin() + 1, all.shape.end()}}};
}

Dao::Image create_for(const ReplayOptions &options, const Sequence &sequence, const std::vector<Dao::Keyword> &keywords)
{
    const auto room = static_cast<uint32_t>(keywords.size()) + usual_keyword_room;
    Dao::Image segment = create_segment(new_segment_path(options.segment), sequence.frame, options.depth, room);
    for (const Dao::Keyword &keyword : keywords)
        segment.set_keyword(keyword.name, keyword.value, keyword.comment);
    return segment;
}

/// The time at which frame `index` is due, in ns after the first; for index `count`, that of the first in the next
/// loop.
int64_t due_ns(const std::vector<FrameRecord> &records, uint64_t index, double rate_hz)
{
    if (rate_hz > 0)
        return static_cast<int64_t>(static_cast<double>(index) * 1e9 / rate_hz);
    if (index < records.size())
        return records[index].atime_ns - records[0].atime_ns;
    const int64_t span_ns = records.back().atime_ns - records[0].atime_ns;
    return records.size() > 1 ? span_ns + span_ns / static_cast<int64_t>(records.size() - 1) : 1'000'000;
}

void publish_frame(Dao::Image &segment, FrameReader &file, const Sequence &sequence, uint64_t index, bool keep_times)
{
    const uint64_t elements = sequence.frame.element_count();
    std::vector<std::byte> frame(sequence.frame.size_bytes());
    file.read(index * elements, elements, frame.data());
    if (!file.records().empty())
    {
        segment.set_frame_id(file.records()[index].cnt2);
        if (keep_times)
            segment.set_acquisition_time(time_point(file.records()[index].atime_ns));
    }
    publish(segment, frame.data());
}

/// Publish all frames once. @return the number published; fewer when interrupted
uint64_t play_once(Dao::Image &segment, FrameReader &file, const Sequence &sequence, const ReplayOptions &options,
                   int64_t started_ns, uint64_t &late)
{
    Progress progress("replaying", sequence.count, !options.json);
    for (uint64_t index = 0; index < sequence.count; ++index)
    {
        const int64_t due = started_ns + due_ns(file.records(), index, options.rate_hz);
        late += steady_ns() - due > 1'000'000 ? 1U : 0U;
        if (!wait_until(due))
            return index;
        publish_frame(segment, file, sequence, index, options.keep_times);
        progress.update(index + 1);
    }
    return sequence.count;
}

int run_replay(const ReplayOptions &options)
{
    const std::unique_ptr<FrameReader> file = open_frames(options.file);
    if (options.rate_hz <= 0 && file->records().empty())
        throw ToolError(
            fmt::format("{}: no acquisition times in the file; expected a recording, or --rate", options.file),
            exit_usage);
    const bool exists = existing_segment(options.segment).has_value();
    std::optional<Dao::Image> segment;
    std::vector<uint64_t> shape;
    if (exists)
    {
        segment.emplace(open_writer(options.segment));
        shape = geometry_of(*segment).shape;
    }
    const Sequence sequence = sequence_of(*file, exists ? &shape : nullptr, options.file);
    if (!exists)
        segment.emplace(create_for(options, sequence, file->header().keywords));
    if (geometry_of(*segment) != sequence.frame)
        throw ToolError(fmt::format("{}: frames of {}; expected those of {}: {}", options.file, sequence.frame.text(),
                                    segment->name(), geometry_of(*segment).text()));
    if (sequence.count == 0)
        throw ToolError(fmt::format("{}: no frame in the file; expected at least one", options.file));
    uint64_t published = 0;
    uint64_t late = 0;
    const int64_t started_ns = steady_ns();
    int64_t round_ns = started_ns;
    do
    {
        published += play_once(*segment, *file, sequence, options, round_ns, late);
        round_ns += due_ns(file->records(), sequence.count, options.rate_hz);
    } while (options.loop && !is_interrupted());
    const auto elapsed_ns = static_cast<double>(steady_ns() - started_ns);
    if (options.json)
        print_json({{"segment", absolute_path(segment->name())},
                    {"frames", published},
                    {"late", late},
                    {"elapsed_s", elapsed_ns / 1e9}});
    else
        std::fputs(fmt::format("{}: {} frames in {}, {} more than 1 ms late\n", printable(segment->name()), published,
                               duration_text(elapsed_ns), late)
                       .c_str(),
                   stdout);
    return is_interrupted() && !options.loop ? exit_interrupted : exit_success;
}

}

void add_replay(Tool &tool)
{
    const auto options = std::make_shared<ReplayOptions>();
    CLI::App *command = add_command(tool, "replay", "Publish the frames of a file, at the recorded or a given rate",
                                    options, run_replay);
    command->add_option("file", options->file, "File: .npy, .fits, .fit or .fts, frames along the first axis")
        ->required()
        ->type_name("FILE");
    command
        ->add_option("segment", options->segment, "Segment; created, with the file's keywords, when it does not exist")
        ->required()
        ->type_name(segment_argument);
    add_number(command, "--rate", options->rate_hz, "Frames per second, instead of the recorded times", rate_bounds)
        ->type_name("HZ");
    command->add_flag("--loop", options->loop, "Repeat until Ctrl-C");
    command->add_flag("--keep-times", options->keep_times,
                      "Publish the recorded acquisition times instead of new ones");
    add_number(command, "--depth", options->depth, "Slots of a segment that is created", depth_bounds)
        ->capture_default_str();
    add_json_flag(command, options->json);
    command->footer(
        "The frame ids (cnt2) are those recorded. Where frames are missing from the recording there is a pause.\n\n"
        "Examples:\n  daoshm replay night.fits wfs\n  daoshm replay night.npy simulated --rate 100 --loop");
}

}
