/// fill: publish frames of a number or a test pattern, once or at a rate.
#include "commands/commands.hpp"

#include <optional>

#include <fmt/format.h>

#include "commands/number_option.hpp"
#include "frame/element_types.hpp"
#include "frame/pattern.hpp"
#include "platform/platform.hpp"
#include "segments/segment.hpp"
#include "text/exit_code.hpp"
#include "timing/pace.hpp"

namespace daoshm
{

namespace
{

struct FillOptions
{
    std::string segment;
    std::string pattern;
    double lowest = 0;
    std::optional<double> highest;
    std::optional<double> rate_hz;
    std::optional<uint64_t> frames;
    uint64_t first = 0;
};

/// 1000, or what the type holds.
double usual_highest(uint8_t atype)
{
    double highest = 1000;
    while (!in_range(atype, highest))
        highest = highest > 255 ? 255 : 127;
    return highest;
}

int run_fill(const FillOptions &options)
{
    Dao::Image segment = open_writer(options.segment);
    const Geometry geometry = geometry_of(segment);
    const double highest = options.highest.value_or(usual_highest(geometry.atype));
    if (options.lowest > highest)
        throw ToolError(fmt::format("--low: {}; expected at most the highest value, {}", options.lowest, highest),
                        exit_usage);
    Pattern pattern(options.pattern, geometry, options.lowest, highest);
    const bool is_endless = options.rate_hz && !options.frames;
    const uint64_t frames = is_endless ? UINT64_MAX : options.frames.value_or(1);
    int64_t started_ns = steady_ns();
    for (uint64_t i = 0; i < frames; ++i)
    {
        const std::vector<std::byte> &frame = pattern.frame(options.first + i);
        const int64_t due_ns =
            options.rate_hz ? started_ns + static_cast<int64_t>(static_cast<double>(i) * 1e9 / *options.rate_hz) : 0;
        if (!wait_until(due_ns))
            return is_endless ? exit_success : exit_interrupted;
        started_ns += options.rate_hz ? pause_ns(due_ns) : 0;
        publish(segment, frame.data());
    }
    return exit_success;
}

}

void add_fill(Tool &tool)
{
    const auto options = std::make_shared<FillOptions>();
    CLI::App *command =
        add_command(tool, "fill", "Publish a number or a test pattern, once or at a rate", options, run_fill);
    add_segment_argument(command, options->segment);
    command
        ->add_option("pattern", options->pattern,
                     "A number for all elements (complex: 1.5+2j), or ramp, noise, spot or wave")
        ->required()
        ->type_name("VALUE");
    add_number(command, "--low", options->lowest, "Lowest value of noise, spot and wave", any_finite)
        ->capture_default_str();
    add_number(command, "--high", options->highest,
               "Highest value of noise, spot and wave; default: 1000, or what the type holds", any_finite);
    add_number(command, "--rate", options->rate_hz, "Frames per second; until Ctrl-C unless --frames is given",
               rate_bounds)
        ->type_name("HZ");
    add_number(command, "--frames", options->frames, "Number of frames; without --rate as fast as possible", any_count);
    add_number(command, "--first", options->first, "Number of the pattern's first frame", any_count)
        ->capture_default_str();
    command->footer(
        "Patterns move from frame to frame. Element i of ramp is i plus the number of the frame; integers wrap, reals\n"
        "restart at 2^24. A number that the type cannot hold is an error: 256 or 1.5 for uint8, 16777217 for "
        "float32.\n\n"
        "Examples:\n  daoshm fill dark 0\n  daoshm fill wfs spot --rate 500\n"
        "  daoshm fill wfs noise --low 100 --high 120 --rate 1000 --frames 5000");
}

}
