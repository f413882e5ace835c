/// watch: a line of statistics per second about a segment's frames.
#include "commands/commands.hpp"

#include <cstdio>
#include <future>
#include <map>

#include <fmt/format.h>

#include "commands/frame_watch.hpp"
#include "frame/element_types.hpp"
#include "frame/statistics.hpp"
#include "platform/platform.hpp"
#include "segments/segment.hpp"
#include "terminal/style.hpp"
#include "text/exit_code.hpp"
#include "text/json.hpp"
#include "text/numbers.hpp"
#include "timing/interrupt.hpp"

namespace daoshm
{

namespace
{

const std::map<std::string, DAO_WAIT_MODE> wait_modes{
    {"block", DAO_WAIT_SLEEP}, {"spin", DAO_WAIT_SPIN}, {"adaptive", DAO_WAIT_ADAPTIVE}};

struct WatchOptions
{
    std::string segment;
    std::string wait = "block";
    double interval_s = 1;
    uint64_t lines = 0;
    bool latency = false;
    bool json = false;
};

/// Of the newest frame, on a separate handle, so that frames are collected meanwhile.
Moments newest_moments(const std::string &path)
{
    try
    {
        Dao::Image segment = Dao::Image::open_read_only(path);
        std::vector<std::byte> frame;
        const Dao::ReadResult result = segment.read(frame);
        if (result && result.cnt0 > 0)
            return moments(as_doubles(segment.get_type(), frame.data(), segment.get_element_count()));
    }
    catch (const Dao::Error &)
    {
        // Removed meanwhile.
    }
    return {};
}

void print_header(const WatchOptions &options)
{
    std::string text = fmt::format("{:>10} {:>10} {:>10} {:>10} {:>10} {:>10} {:>8}", "RATE", "JITTER", "MIN", "MEAN",
                                   "MAX", "RMS", "MISSED");
    if (options.latency)
        text += fmt::format(" {:>10} {:>10} {:>10} {:>10}", "WAKE P50", "P99", "P99.9", "MAX");
    std::fputs((paint(Style::bold, text) + "\n").c_str(), stdout);
    std::fflush(stdout);
}

std::string right(const std::string &text, size_t width)
{
    const size_t used = display_width(text);
    return std::string(width > used ? width - used : 0, ' ') + text;
}

void print_line(const Tally &tally, const Moments &frame, const WatchOptions &options)
{
    const double rate = static_cast<double>(tally.frames + tally.missed) * 1e9 / static_cast<double>(tally.elapsed_ns);
    const Moments period = moments(tally.periods_ns);
    const auto value = [&](double number) { return right(frame.count > 0 ? value_text(number) : "-", 10); };
    std::string text =
        right(rate_text(rate), 10) + " " + right(period.count > 1 ? duration_text(period.deviation) : "-", 10) + " " +
        value(frame.minimum) + " " + value(frame.mean) + " " + value(frame.maximum) + " " + value(frame.rms) + " ";
    const std::string missed = right(std::to_string(tally.missed), 8);
    text += tally.missed > 0 ? paint(Style::warning, missed) : missed;
    if (options.latency)
    {
        const Percentiles latency(tally.latencies_ns);
        for (const double percent : {50.0, 99.0, 99.9, 100.0})
            text += " " + right(latency.count() > 0 ? duration_text(latency.at(percent)) : "-", 10);
    }
    if (tally.replaced > 0)
        text += "\n" + paint(Style::warning, "replaced, following");
    std::fputs((text + "\n").c_str(), stdout);
    std::fflush(stdout);
}

void print_line_json(const Tally &tally, const Moments &frame, const WatchOptions &options)
{
    const Moments period = moments(tally.periods_ns);
    const auto number = [](bool known, double value) { return known ? Json(value) : Json(); };
    Json json;
    json["time_ns"] = now_ns();
    json["frames"] = tally.frames + tally.missed;
    json["rate_hz"] = static_cast<double>(tally.frames + tally.missed) * 1e9 / static_cast<double>(tally.elapsed_ns);
    json["jitter_ns"] = number(period.count > 1, period.deviation);
    json["period_min_ns"] = number(period.count > 0, period.minimum);
    json["period_max_ns"] = number(period.count > 0, period.maximum);
    json["min"] = number(frame.count > 0, frame.minimum);
    json["mean"] = number(frame.count > 0, frame.mean);
    json["max"] = number(frame.count > 0, frame.maximum);
    json["rms"] = number(frame.count > 0, frame.rms);
    json["missed"] = tally.missed;
    json["replaced"] = tally.replaced;
    if (options.latency)
    {
        const Percentiles latency(tally.latencies_ns);
        const bool known = latency.count() > 0;
        json["latency"] = {{"clock", "realtime"},
                           {"wait", options.wait},
                           {"count", latency.count()},
                           {"p50_ns", number(known, latency.at(50))},
                           {"p90_ns", number(known, latency.at(90))},
                           {"p99_ns", number(known, latency.at(99))},
                           {"p99_9_ns", number(known, latency.at(99.9))},
                           {"max_ns", number(known, latency.at(100))}};
    }
    print_json_line(json);
}

int run_watch(const WatchOptions &options)
{
    FrameWatch watch(options.segment, wait_modes.at(options.wait));
    const auto interval_ns = static_cast<int64_t>(options.interval_s * 1e9);
    int64_t begin_ns = steady_ns();
    if (!options.json && options.latency)
        std::fputs(
            "wake: from the frame's acquisition time until this process is awake, on the system's real-time clock\n",
            stdout);
    for (uint64_t line = 0; options.lines == 0 || line < options.lines; ++line)
    {
        if (!options.json && line % 20 == 0)
            print_header(options);
        Tally tally;
        const int64_t end_ns = begin_ns + interval_ns;
        if (!watch.collect(end_ns - interval_ns / 5, tally))
            break;
        std::future<Moments> frame = std::async(std::launch::async, newest_moments, watch.path());
        if (!watch.collect(end_ns, tally))
            break;
        const Moments found = frame.get();
        tally.elapsed_ns = steady_ns() - begin_ns;
        begin_ns += tally.elapsed_ns;
        if (options.json)
            print_line_json(tally, found, options);
        else
            print_line(tally, found, options);
    }
    return is_interrupted() && options.lines > 0 ? exit_interrupted : exit_success;
}

}

void add_watch(Tool &tool)
{
    const auto options = std::make_shared<WatchOptions>();
    CLI::App *command =
        add_command(tool, "watch", "Print rate, jitter, statistics and missed frames every second", options, run_watch);
    add_segment_argument(command, options->segment);
    command->add_flag("--latency", options->latency, "Add percentiles of the time from publishing to waking");
    std::vector<std::string> wait_names;
    for (const auto &[name, mode] : wait_modes)
        wait_names.push_back(name);
    command->add_option("--wait", options->wait, "Wait mode; spin: lowest latency, one core busy")
        ->check(CLI::IsMember(wait_names))
        ->capture_default_str();
    command->add_option("-n,--lines", options->lines, "Stop after this many lines; default: on Ctrl-C");
    command->add_option("--interval", options->interval_s, "Seconds per line")
        ->check(CLI::Range(0.05, 3600.0))
        ->capture_default_str();
    add_json_flag(command, options->json);
    command->footer(
        "RATE counts all frames. JITTER is the standard deviation of the time between acquisitions. MIN to RMS are of\n"
        "the newest frame (the modulus of complex elements). MISSED counts frames overwritten before they were read.\n"
        "The latency is as good as the acquisition times: a writer that sets them from a camera includes its own "
        "delay.\n"
        "With --json, one object per line.\n\nExamples:\n  daoshm watch wfs\n  daoshm watch wfs --latency --wait "
        "adaptive -n 60");
}

}
