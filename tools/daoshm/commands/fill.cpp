/// fill: publish frames of a number or a test pattern, once or at a rate.
#include "commands/commands.hpp"

#include <cstdio>
#include <limits>

#include <fmt/format.h>

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
    double highest = 1000;
    double rate_hz = 0;
    uint64_t frames = 0;
    uint64_t first = 0;
};

int run_fill(const FillOptions &options)
{
    Dao::Image segment = open_writer(options.segment);
    Pattern pattern(options.pattern, geometry_of(segment), options.lowest, options.highest);
    if (options.rate_hz <= 0 && options.frames == 0)
    {
        publish(segment, pattern.frame(options.first).data());
        return exit_success;
    }
    const bool is_endless = options.frames == 0;
    const int64_t started_ns = steady_ns();
    for (uint64_t i = 0; is_endless || i < options.frames; ++i)
    {
        const std::vector<std::byte> &frame = pattern.frame(options.first + i);
        const double due_ns = options.rate_hz > 0 ? static_cast<double>(i) * 1e9 / options.rate_hz : 0;
        if (!wait_until(started_ns + static_cast<int64_t>(due_ns)))
            return is_endless ? exit_success : exit_interrupted;
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
    command->add_option("--low", options->lowest, "Lowest value of noise, spot and wave")->capture_default_str();
    command->add_option("--high", options->highest, "Highest value of noise, spot and wave")->capture_default_str();
    command->add_option("--rate", options->rate_hz, "Frames per second; until Ctrl-C unless --frames is given")
        ->check(CLI::PositiveNumber)
        ->type_name("HZ");
    command->add_option("--frames", options->frames, "Number of frames; without --rate as fast as possible");
    command->add_option("--first", options->first, "Number of the pattern's first frame")->capture_default_str();
    command->footer(
        "Patterns move from frame to frame. Element i of ramp is i plus the number of the frame; integers wrap, reals\n"
        "restart at 2^24. A number that the type cannot hold is an error.\n\n"
        "Examples:\n  daoshm fill dark 0\n  daoshm fill wfs spot --rate 500\n"
        "  daoshm fill wfs noise --low 100 --high 120 --rate 1000 --frames 5000");
}

}
