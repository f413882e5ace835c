/// watch: a line of statistics per second about a segment's frames.
#include "commands/commands.hpp"

#include <future>
#include <map>
#include <optional>

#include "commands/number_option.hpp"
#include "commands/watch_lines.hpp"
#include "frame/statistics.hpp"
#include "platform/platform.hpp"
#include "segments/segment.hpp"
#include "segments/status.hpp"
#include "terminal/fitting.hpp"
#include "text/exit_code.hpp"
#include "text/json.hpp"
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

Json latency_json(const Tally &tally, const WatchOptions &options)
{
    if (!options.latency)
        return {};
    const Percentiles latency(tally.latencies_ns);
    const bool is_known = latency.count() > 0;
    return {{"clock", "realtime"},
            {"wait", options.wait},
            {"count", latency.count()},
            {"p50_ns", json_if(is_known, latency.at(50))},
            {"p90_ns", json_if(is_known, latency.at(90))},
            {"p99_ns", json_if(is_known, latency.at(99))},
            {"p99_9_ns", json_if(is_known, latency.at(99.9))},
            {"max_ns", json_if(is_known, latency.at(100))}};
}

void print_line_json(const WatchLine &line, const WatchOptions &options)
{
    const Tally &tally = line.tally;
    const Moments &frame = line.newest.moments;
    const Json status = status_json(line.newest.status);
    const Moments period = moments(tally.periods_ns);
    Json json = Json::object();
    json["time_ns"] = now_ns();
    for (const char *key : {"segment", "state", "cnt0", "age_s", "writer_pid", "writer_alive"})
        json[key] = status.at(key);
    json["frames"] = tally.frames + tally.missed;
    json["rate_hz"] = rate_of(tally);
    json["jitter_ns"] = json_if(period.count > 1, period.deviation);
    json["period_min_ns"] = json_if(period.count > 0, period.minimum);
    json["period_max_ns"] = json_if(period.count > 0, period.maximum);
    json["min"] = json_if(frame.count > 0, frame.minimum);
    json["mean"] = json_if(frame.count > 0, frame.mean);
    json["max"] = json_if(frame.count > 0, frame.maximum);
    json["rms"] = json_if(frame.count > 0, frame.rms);
    json["missed"] = tally.missed;
    json["replaced"] = tally.replaced;
    json["readers_missed"] = Json::array();
    for (const MissedFrames::Reader &reader : line.missed)
        json["readers_missed"].push_back({{"pid", reader.pid},
                                          {"name", json_text(reader.name)},
                                          {"missed", reader.missed},
                                          {"behind", reader.behind}});
    json["latency"] = latency_json(tally, options);
    print_json_line(json);
}

int run_watch(const WatchOptions &options)
{
    FrameWatch watch(options.latency ? open_woken(options.segment) : open_read_only(options.segment),
                     wait_modes.at(options.wait));
    const auto interval_ns = static_cast<int64_t>(options.interval_s * 1e9);
    int64_t begin_ns = steady_ns();
    MissedFrames missed;
    std::optional<WatchTable> table;
    if (!options.json)
        table.emplace(options.latency);
    if (!options.json && options.latency && watch.polls())
        print(wrapped("this user may only read the segment: watch looks for frames every 0.5 ms", output_columns()));
    for (uint64_t line = 0; options.lines == 0 || line < options.lines; ++line)
    {
        WatchLine found;
        const int64_t end_ns = begin_ns + interval_ns;
        if (!watch.collect(end_ns - interval_ns / 5, found.tally))
            break;
        std::future<Newest> end = watch.look();
        if (!watch.collect(end_ns, found.tally))
            break;
        found.newest = end.get();
        found.tally.elapsed_ns = steady_ns() - begin_ns;
        found.newest.status.rate_hz = rate_of(found.tally);
        found.missed = missed.since_before(found.newest);
        begin_ns += found.tally.elapsed_ns;
        if (table)
            table->add(found);
        else
            print_line_json(found, options);
    }
    return is_interrupted() && options.lines > 0 ? exit_interrupted : exit_success;
}

}

void add_watch(Tool &tool)
{
    const auto options = std::make_shared<WatchOptions>();
    CLI::App *command =
        add_command(tool, "watch", "Print rate, jitter, statistics and missed frames every second", options, run_watch);
    add_source_argument(command, options->segment);
    command->add_flag("--latency", options->latency, "Add percentiles of the time from publishing to waking");
    std::vector<std::string> wait_names;
    for (const auto &[name, mode] : wait_modes)
        wait_names.push_back(name);
    command->add_option("--wait", options->wait, "Wait mode; spin: lowest latency, one core busy")
        ->check(CLI::IsMember(wait_names))
        ->capture_default_str();
    add_number(command, "-n,--lines", options->lines, "Stop after this many lines; default: on Ctrl-C", count_from_one);
    add_number(command, "--interval", options->interval_s, "Seconds per line", {0.05, 3600})->capture_default_str();
    add_json_flag(command, options->json);
    command->footer(
        "STATE and AGE, the time since the last frame was acquired, are those of ls. A line for each reader that "
        "missed\n"
        "frames follows.\n"
        "RATE counts all frames. JITTER is the standard deviation of the time between acquisitions. MIN to RMS are of\n"
        "the newest frame (the modulus of complex elements). MISSED counts frames overwritten before watch read them.\n"
        "The latency is as good as the acquisition times: a writer that sets them from a camera includes its own "
        "delay.\n"
        "With --json, one object per line.\n\nExamples:\n  daoshm watch wfs\n  daoshm watch wfs --latency --wait "
        "adaptive -n 60");
}

}
