/// The command `camera`: list; or open, apply the settings, create the segment, feed, report.

#include <cstdio>

#include <fmt/format.h>

#include "camera/acquisition.hpp"
#include "camera/camera.hpp"
#include "camera/devices.hpp"
#include "camera/feed.hpp"
#include "camera/settings.hpp"
#include "platform/platform.hpp"
#include "segments/segment.hpp"
#include "terminal/style.hpp"
#include "terminal/table.hpp"
#include "text/exit_code.hpp"
#include "text/json.hpp"
#include "text/numbers.hpp"
#include "text/output.hpp"
#include "text/printable.hpp"

namespace daoshm
{

namespace
{

int list_cameras(bool json)
{
    const std::vector<Device> devices = find_devices();
    if (json)
    {
        Json list = Json::array();
        for (const Device &device : devices)
            list.push_back({{"name", device.id},
                            {"vendor", json_text(device.vendor)},
                            {"model", json_text(device.model)},
                            {"serial", json_text(device.serial)},
                            {"protocol", json_text(device.protocol)},
                            {"address", json_text(device.address)}});
        print_json(list);
        return exit_success;
    }
    if (devices.empty())
    {
        print("no camera found\n");
        return exit_success;
    }
    Table table({{"NAME", Align::left, 100, Cut::start},
                 {"VENDOR", Align::left, 20},
                 {"MODEL", Align::left, 60},
                 {"SERIAL", Align::left, 70},
                 {"PROTOCOL", Align::left, 30},
                 {"ADDRESS", Align::left, 50}});
    for (const Device &device : devices)
        table.add({{device.id, Style::accent},
                   {device.vendor},
                   {device.model},
                   {device.serial},
                   {device.protocol},
                   {device.address}});
    print(table.text());
    return exit_success;
}

double rate_of(const FeedResult &result)
{
    const auto span_ns = static_cast<double>(result.last_ns - result.first_ns);
    return result.frames > 1 && span_ns > 0 ? static_cast<double>(result.frames - 1) * 1e9 / span_ns : 0;
}

const char *end_text(FeedEnd end)
{
    switch (end)
    {
    case FeedEnd::complete:
        return "complete";
    case FeedEnd::interrupted:
        return "interrupted";
    case FeedEnd::timeout:
        return "timeout";
    case FeedEnd::camera_lost:
        break;
    }
    return "camera lost";
}

void report(const Dao::Image &segment, const FeedResult &result, bool json)
{
    if (json)
    {
        print_json({{"segment", absolute_path(segment.name())},
                    {"end", end_text(result.end)},
                    {"frames", result.frames},
                    {"lost", result.lost},
                    {"incomplete", result.incomplete},
                    {"underruns", result.transport.underruns},
                    {"packets_lost", result.transport.packets_lost},
                    {"packets_resent", result.transport.packets_resent},
                    {"rate_hz", json_if(result.frames > 1, rate_of(result))},
                    {"clock", result.frames > 0 ? Json(clock_name(result.clock)) : Json()}});
        return;
    }
    const std::string lost =
        result.lost == 0
            ? paint(Style::good, "no frame lost")
            : paint(Style::bad, fmt::format("{} lost, {} of them incomplete", result.lost, result.incomplete));
    print(fmt::format("{}: {} at {}, {}\n", paint(Style::accent, printable(segment.name())),
                      count_text(result.frames, "frame"), rate_text(rate_of(result)), lost));
}

int exit_code_of(const FeedResult &result, const CameraOptions &options)
{
    switch (result.end)
    {
    case FeedEnd::camera_lost:
        throw ToolError(fmt::format("camera: connection lost after {}; expected it until the end; the segment remains",
                                    count_text(result.frames, "frame")));
    case FeedEnd::timeout:
        throw ToolError(fmt::format("camera: no frame for {}; expected one sooner (--timeout)", options.timeout),
                        exit_timeout);
    case FeedEnd::interrupted:
        if (options.frames > 0 || !options.duration.empty())
            return exit_interrupted;
        break;
    case FeedEnd::complete:
        break;
    }
    return result.lost > 0 ? exit_findings : exit_success;
}

}

int run_camera(const CameraOptions &options)
{
    load_aravis();
    choose_interface(options.interface);
    if (options.list)
        return list_cameras(options.json);
    if (options.segment.empty())
        throw ToolError("camera: no segment given; expected its name, or --list", exit_usage);
    const std::string path = new_path_here(options.segment); // before the camera is touched
    FeedLimits limits;
    limits.frames = options.frames;
    limits.duration_ns = parse_time_limit(options.duration);
    limits.timeout_ns = parse_time_limit(options.timeout);

    SessionHandle session(new Session{open_camera(options.name), nullptr});
    ArvCamera *const camera = session->camera.get();
    const CameraFrame frame = apply_settings(camera, options);
    Dao::CreateOptions create;
    create.depth = options.depth;
    create.keywords = camera_keyword_count;
    Dao::Image segment(path, {frame.height, frame.width}, frame.format.atype, create);
    write_setting_keywords(segment, camera, frame);
    if (!options.json)
        print_now(fmt::format("{}: {}, {}, depth {}\n", paint(Style::accent, printable(segment.name())),
                              geometry_of(segment).text(), frame.format.name, options.depth));
    session->acquisition = std::make_unique<Acquisition>(camera, options.buffers);
    const FeedResult result = feed(*session->acquisition, segment, frame,
                                   FrameId(arv_camera_is_gv_device(camera) != FALSE), limits, !options.json);
    session.reset();
    report(segment, result, options.json);
    return exit_code_of(result, options);
}

}
