/// show: the newest frame as a picture or a curve in the terminal.
#include "commands/commands.hpp"

#include <cstdio>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "commands/number_option.hpp"
#include "frame/element_types.hpp"
#include "frame/geometry.hpp"
#include "frame/times.hpp"
#include "picture/screen.hpp"
#include "platform/platform.hpp"
#include "segments/segment.hpp"
#include "terminal/fitting.hpp"
#include "terminal/style.hpp"
#include "text/exit_code.hpp"
#include "text/numbers.hpp"
#include "text/output.hpp"
#include "text/printable.hpp"
#include "text/spans.hpp"
#include "timing/interrupt.hpp"

namespace daoshm
{

namespace
{

struct ShowOptions
{
    std::string segment;
    std::string stretch = "linear";
    std::string colour_map = "viridis";
    std::string graphics = "auto";
    std::string colours = "auto";
    std::string part = "abs";
    std::string size;
    std::vector<double> limits;
    double clip_percent = 0;
    double frames_per_second = 10;
    std::optional<uint64_t> slice;
    bool watch = false;
    bool flip = false;
};

const std::map<std::string, Curve> curves{{"linear", Curve::linear},
                                          {"log", Curve::logarithmic},
                                          {"sqrt", Curve::root},
                                          {"asinh", Curve::asinh},
                                          {"percentile", Curve::linear}};
const std::map<std::string, Graphics> graphics_names{{"auto", Graphics::automatic},
                                                     {"blocks", Graphics::blocks},
                                                     {"sixel", Graphics::sixel},
                                                     {"kitty", Graphics::kitty}};
const std::map<std::string, ColourDepth> colour_names{
    {"none", ColourDepth::none}, {"256", ColourDepth::indexed}, {"24bit", ColourDepth::direct}};
const std::map<std::string, Part> part_names{
    {"abs", Part::modulus}, {"phase", Part::phase}, {"real", Part::real}, {"imag", Part::imaginary}};

template <typename Value>
std::vector<std::string> keys(const std::map<std::string, Value> &map)
{
    std::vector<std::string> names;
    for (const auto &[name, value] : map)
        names.push_back(name);
    return names;
}

ScreenOptions screen_options(const ShowOptions &options)
{
    ScreenOptions screen;
    screen.graphics = graphics_names.at(options.graphics);
    screen.colours = options.colours == "auto" ? terminal_colours() : colour_names.at(options.colours);
    screen.curve = curves.at(options.stretch);
    screen.clip_percent = options.stretch == "percentile" && options.clip_percent <= 0 ? 1 : options.clip_percent;
    if (!options.limits.empty())
    {
        screen.limits = {options.limits[0], options.limits[1]};
        if (options.limits[0] >= options.limits[1])
            throw ToolError(
                fmt::format("--limits: {} {}; expected the lower value first", options.limits[0], options.limits[1]),
                exit_usage);
    }
    screen.map = options.colour_map;
    screen.part = part_names.at(options.part);
    screen.is_flipped = options.flip;
    const TerminalSize terminal = terminal_size();
    screen.columns = static_cast<size_t>(terminal.columns);
    screen.rows = static_cast<size_t>(terminal.rows);
    screen.text_columns = output_columns();
    if (!options.size.empty())
    {
        const std::vector<uint32_t> size = read_shape(options.size);
        constexpr uint32_t most = 4096;
        if (size.size() != 2 || size[0] > most || size[1] > most)
            throw ToolError(fmt::format("--size: '{}'; expected columns x rows, such as 80x24, at most {} each",
                                        options.size, most),
                            exit_usage);
        screen.columns = screen.text_columns = size[0];
        screen.rows = size[1];
    }
    return screen;
}

/// The slice to show of three axes: the one asked for, or the one written last.
size_t slice_of(const Geometry &geometry, const Dao::ReadResult &frame, std::optional<uint64_t> wanted)
{
    if (geometry.shape.size() < 3)
    {
        if (wanted)
            throw ToolError(
                fmt::format("--slice: {}; expected a segment with three axes, not {}", *wanted, geometry.text()),
                exit_usage);
        return 0;
    }
    const uint64_t slices = geometry.shape[0];
    if (wanted && *wanted >= slices)
        throw ToolError(fmt::format("--slice: {}; expected less than {}, the number of slices", *wanted, slices),
                        exit_usage);
    return static_cast<size_t>(wanted.value_or(frame.cnt1 % slices));
}

constexpr const char *replacement_note = "replaced, following";

std::string drawn_frame(const Dao::Image &segment, const std::vector<std::byte> &data, const Dao::ReadResult &frame,
                        const ShowOptions &options, bool is_replacement)
{
    const Geometry geometry = geometry_of(segment);
    const std::vector<uint64_t> &shape = geometry.shape;
    const size_t slice = slice_of(geometry, frame, options.slice);
    Plane plane{nullptr, geometry.atype, shape.size() > 1 ? shape[shape.size() - 2] : 1, shape.back()};
    plane.data = data.data() + slice * plane.height * plane.width * daoTypeSize(geometry.atype);
    const ScreenOptions screen = screen_options(options);
    return draw(plane,
                {{keep_end(printable(shown_name(segment)), screen.text_columns), 100, Style::bold},
                 {geometry.text(), 40, Style::bold},
                 {shape.size() == 3 ? fmt::format("slice {}", slice) : "", 30, Style::bold},
                 {fmt::format("frame {}", frame.cnt0), 50, Style::bold},
                 {age_text(span_ns(acquired_ns(frame), now_ns())) + " old", 60, Style::bold},
                 {is_replacement ? replacement_note : "", 70, Style::bold}},
                screen);
}

/// The live picture. The cursor is hidden while it is there.
class LivePicture
{
  public:
    explicit LivePicture(const ShowOptions &options) : options_(options), segment_(open_read_only(options.segment))
    {
        print(hide_cursor);
    }
    ~LivePicture() { std::fputs(show_cursor, stdout); }
    LivePicture(const LivePicture &) = delete;
    LivePicture &operator=(const LivePicture &) = delete;

    /// Until Ctrl-C. Throws when the segment was removed.
    void run()
    {
        std::vector<std::byte> data;
        std::vector<std::byte> next;
        Dao::NextOptions how;
        how.timeout = std::chrono::seconds(1);
        Dao::ReadResult frame = segment_.read(data);
        std::optional<Dao::ReadResult> shown;
        while (!is_interrupted())
        {
            if (frame && frame.cnt0 > 0)
                shown = frame;
            if (shown && (frame || frame.status == DAO_TIMEOUT))
                put(drawn_frame(segment_, data, *shown, options_,
                                is_replacement_)); // without a new frame, it has become older
            else if (frame.status == DAO_REPLACED)
            {
                follow();
                shown.reset();
            }
            else if (frame.status == DAO_REMOVED)
                throw error_of(segment_, frame.status);
            // Else there is none yet, or none that was whole: the old picture stays.
            if (frame && frame.cnt0 > 0)
                sleep_unless_interrupted(static_cast<int64_t>(1e9 / options_.frames_per_second));
            frame = suspension_.is_wanted() ? suspended() : segment_.next(next, how);
            if (frame)
                data.swap(next);
        }
    }

  private:
    static constexpr const char *hide_cursor = "\033[?25l";
    static constexpr const char *show_cursor = "\033[?25h";

    /// Until the process is continued: then no frame has come yet, and what the shell wrote is to be cleared.
    Dao::ReadResult suspended()
    {
        print_now(show_cursor);
        suspension_.obey();
        print(hide_cursor);
        is_first_ = true;
        return Dao::ReadResult(DAO_TIMEOUT, {});
    }

    /// Not by next() itself, so that the user is told before there is a frame.
    void follow()
    {
        reopen(segment_);
        is_replacement_ = true;
        put(fitted({{printable(shown_name(segment_)), 2}, {geometry_of(segment_).text(), 1}, {replacement_note, 3}},
                   "  ", output_columns()) +
            "\n");
    }

    /// Draw over the old picture, line by line, so that it does not flicker.
    void put(const std::string &text)
    {
        std::string lines;
        for (const char c : text)
            lines += c == '\n' ? std::string("\033[K\n") : std::string(1, c);
        print_now((is_first_ ? "\033[2J\033[H" : "\033[H") + lines + "\033[J");
        is_first_ = false;
    }

    const ShowOptions &options_;
    Dao::Image segment_;
    HeldSuspension suspension_;
    bool is_replacement_ = false;
    bool is_first_ = true;
};

int run_show(const ShowOptions &options)
{
    if (options.watch)
    {
        LivePicture(options).run();
        return exit_success;
    }
    Dao::Image segment = open_read_only(options.segment);
    std::vector<std::byte> data;
    const Dao::ReadResult frame = read_newest(segment, data);
    print(drawn_frame(segment, data, frame, options, false));
    return exit_success;
}

}

void add_show(Tool &tool)
{
    const auto options = std::make_shared<ShowOptions>();
    CLI::App *command = add_command(tool, "show", "Show the newest frame in the terminal", options, run_show);
    add_source_argument(command, options->segment);
    command->add_flag("-w,--watch", options->watch, "Live, until Ctrl-C");
    add_number(command, "--fps", options->frames_per_second, "Most pictures per second with --watch", {0.1, 60})
        ->capture_default_str();
    command
        ->add_option("--stretch", options->stretch,
                     "Mapping from values to brightness; percentile: linear, 1 % clipped at both ends")
        ->check(CLI::IsMember(keys(curves)))
        ->capture_default_str();
    add_number(command, "--clip", options->clip_percent, "Percent of the pixels clipped at each end, with any stretch",
               {0, 49})
        ->type_name("PERCENT");
    command->add_option("--limits", options->limits, "Lowest and highest value, instead of the frame's own")
        ->expected(2)
        ->transform(number_in(any_finite))
        ->type_name("LOW HIGH");
    command->add_option("--map", options->colour_map, "Colour map")
        ->check(CLI::IsMember(colour_map_names()))
        ->capture_default_str();
    command->add_option("--part", options->part, "Part of complex elements to show")
        ->check(CLI::IsMember(keys(part_names)))
        ->capture_default_str();
    add_number(command, "--slice", options->slice, "Slice of a segment with three axes; default: the one written last",
               any_count);
    command->add_flag("--flip", options->flip, "First row at the bottom");
    command->add_option("--graphics", options->graphics, "Character blocks, or a graphics protocol of the terminal")
        ->check(CLI::IsMember(keys(graphics_names)))
        ->capture_default_str();
    std::vector<std::string> depths = keys(colour_names);
    depths.emplace_back("auto");
    command->add_option("--colours,--colors", options->colours, "Colours of character blocks")
        ->check(CLI::IsMember(depths))
        ->capture_default_str();
    command->add_option("--size", options->size, "Columns x rows, instead of the terminal's")->type_name("SIZE");
    command->footer("A single axis, row or column is drawn as a curve. NaN pixels are purple.\n"
                    "24-bit colours are used when COLORTERM is truecolor; none when NO_COLOR is set.\n\n"
                    "Examples:\n  daoshm show wfs\n  daoshm show wfs --watch --stretch asinh --map heat\n"
                    "  daoshm show cube --slice 3 --clip 0.5 --graphics sixel");
}

}
