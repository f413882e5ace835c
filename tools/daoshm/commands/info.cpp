/// info: everything about one segment.
#include "commands/commands.hpp"

#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "commands/keyword_table.hpp"
#include "commands/number_option.hpp"
#include "frame/geometry.hpp"
#include "frame/keyword.hpp"
#include "network/remote.hpp"
#include "platform/platform.hpp"
#include "segments/segment.hpp"
#include "segments/status.hpp"
#include "terminal/fitting.hpp"
#include "terminal/table.hpp"
#include "text/exit_code.hpp"
#include "text/json.hpp"
#include "text/numbers.hpp"
#include "text/output.hpp"
#include "text/spans.hpp"
#include "timing/interrupt.hpp"

namespace daoshm
{

namespace
{

struct InfoOptions
{
    std::string segment;
    double interval_s = 0.2;
    bool json = false;
};

/// A point in time that DAO's metadata has in seconds; nothing for none, and for what is beyond 64 bits.
std::optional<int64_t> since_epoch_ns(double seconds)
{
    constexpr double end_s = 9.2e9;
    return seconds > 0 && seconds < end_s ? std::optional(static_cast<int64_t>(seconds * 1e9)) : std::nullopt;
}

std::string time_or_none(double seconds)
{
    const std::optional<int64_t> time_ns = since_epoch_ns(seconds);
    return time_ns ? time_text(*time_ns) : "-";
}

Json reader_json(const DAO_READER &reader, const SegmentStatus &status)
{
    Json json = Json::object();
    json["pid"] = reader.pid;
    json["name"] = json_text(reader.name);
    json["alive"] = liveness_json(reader.alive);
    for (const char *key : {"last_cnt0", "behind", "missed", "last_seen_ns"})
        json[key] = nullptr;
    if (reader.last_seen_ns == 0)
        return json; // beyond the table: only the process is known
    json["last_cnt0"] = reader.last_cnt0;
    json["behind"] = behind(reader, status.cnt0);
    json["missed"] = reader.missed;
    json["last_seen_ns"] = reader.last_seen_ns;
    return json;
}

/// Where a copy of a segment on another machine comes from; null for other segments.
Json source_json(const Dao::Image &segment)
{
    const std::optional<CopySource> source = source_of(segment);
    if (!source)
        return nullptr;
    const bool has_frames = source->frames > 0;
    const bool has_round_trip = source->round_trip_ns != 0;
    return Json{{"host", json_text(source->host)},
                {"topic", json_text(source->topic)},
                {"endpoint", source->endpoint},
                {"state", source->state},
                {"message", json_text(source->message)},
                {"connected", source->is_connected},
                {"pid", source->pid},
                {"last_frame_ns", json_if(has_frames, source->last_frame_ns)},
                {"cnt0", json_if(has_frames, source->cnt0)},
                {"frames", source->frames},
                {"skipped", source->skipped},
                {"lost", source->lost},
                {"missed_before", source->missed_before},
                {"delay_ns", json_if(has_frames && has_round_trip, source->delay_ns)},
                {"clock_offset_ns", json_if(has_round_trip, source->clock_offset_ns)},
                {"round_trip_ns", json_if(has_round_trip, source->round_trip_ns)}};
}

void add_source(Details &details, const Dao::Image &segment)
{
    const std::optional<CopySource> source = source_of(segment);
    if (!source)
        return;
    details.add("source", fmt::format("{} on {} ({}), by process {}", source->topic.empty() ? "?" : source->topic,
                                      source->host.empty() ? "?" : source->host, source->endpoint, source->pid));
    const std::string state =
        source->message.empty() ? source->state : fmt::format("{}: {}", source->state, source->message);
    details.add("  state",
                source->last_frame_ns == 0
                    ? state
                    : fmt::format("{}, last frame {} ago", state, age_text(span_ns(source->last_frame_ns, now_ns()))),
                source->is_connected ? Style::good : Style::warning);
    details.add("  frames", fmt::format("{}, its cnt0 {}, {} skipped, {} lost{}", source->frames, source->cnt0,
                                        source->skipped, source->lost, missed_before_text(source->missed_before)));
}

Json info_json(const Dao::Image &segment, const SegmentStatus &status, const std::vector<Dao::Keyword> &keywords)
{
    const IMAGE_METADATA &md = *segment.get_meta_data();
    const DAO_SEGMENT_INFO &info = status.info;
    const bool has_extension = info.has_extension != 0;
    Json json = status_json(status);
    json["name"] = std::string(md.name, strnlen(md.name, sizeof md.name));
    json["elements"] = status.geometry.element_count();
    json["frame_bytes"] = status.geometry.size_bytes();
    json["file_bytes"] = info.mapped_bytes;
    json["mode"] = json_if(mode_text(segment.name()) != "-", mode_text(segment.name()));
    json["cnt1"] = status.cnt1;
    json["cnt2"] = status.cnt2;
    json["creation_time_ns"] = json_of(since_epoch_ns(md.creation_time));
    json["last_access_ns"] = json_of(since_epoch_ns(md.last_access));
    json["packet"] = {
        {"first_element", md.lastPos}, {"elements", md.lastNb}, {"number", md.packetNb}, {"total", md.packetTotal}};
    json["semaphores"] = md.sem;
    json["has_extension"] = has_extension;
    json["dao_semaphores"] = info.compatible != 0;
    json["segment_id"] = json_if(has_extension, fmt::format("{:016x}", info.segment_id));
    json["generation"] = json_if(has_extension, info.generation);
    json["frame_broken"] = json_if(has_extension, info.frame_broken != 0);
    json["takeovers"] = json_if(has_extension, info.takeovers);
    json["keyword_room"] = md.NBkw;
    json["keywords"] = Json::array();
    for (const Dao::Keyword &keyword : keywords)
        json["keywords"].push_back(keyword_json(keyword));
    json["source"] = source_json(segment);
    json["reader_list"] = Json::array();
    for (const DAO_READER &reader : segment.readers())
        json["reader_list"].push_back(reader_json(reader, status));
    return json;
}

void print_details(const Dao::Image &segment, const SegmentStatus &status)
{
    const IMAGE_METADATA &md = *segment.get_meta_data();
    const DAO_SEGMENT_INFO &info = status.info;
    const Geometry &geometry = status.geometry;
    const StateText state = state_text(status);
    Details details;
    details.add("segment", shown_name(segment), Style::accent);
    details.add("state", state.text, state.style);
    details.add("type", daoTypeName(geometry.atype));
    details.add("shape", fmt::format("{}  (slow axis first, {}, {} per frame)", shape_text(geometry.shape),
                                     count_text(geometry.element_count(), "element"),
                                     bytes_text(static_cast<double>(geometry.size_bytes()))));
    add_source(details, segment);
    details.add("depth", std::to_string(info.depth));
    details.add("file", fmt::format("{}, mode {}", bytes_text(static_cast<double>(info.mapped_bytes)),
                                    mode_text(segment.name())));
    details.add("rate", status.rate_hz ? rate_text(*status.rate_hz) : "-");
    details.add("cnt0", fmt::format("{}  (frames published)", status.cnt0));
    details.add("cnt1", fmt::format("{}  (slice of a rolling buffer)", status.cnt1));
    details.add("cnt2", fmt::format("{}  (frame id; in event mode the number of events)", status.cnt2));
    details.add("acquired", status.last_frame_ns
                                ? fmt::format("{}  ({} ago)", time_text(*status.last_frame_ns), last_frame_text(status))
                                : "-");
    details.add("created", time_or_none(md.creation_time));
    details.add("last access", time_or_none(md.last_access));
    details.add("writer", writer_text(info));
    if (info.takeovers > 0)
        details.add("takeovers", fmt::format("{}  (writers that died while writing)", info.takeovers), Style::warning);
    if (md.packetTotal > 0)
        details.add("last packet", fmt::format("{} of {}: {} from {}", md.packetNb, md.packetTotal,
                                               count_text(md.lastNb, "element"), md.lastPos));
    details.add("semaphores", fmt::format("{}{}", md.sem, info.compatible != 0 ? ", with DAO's named semaphores" : ""));
    details.add("layout", info.has_extension != 0 ? fmt::format("with extension, id {:016x}, generation {}",
                                                                info.segment_id, info.generation)
                                                  : "created by DAO: no reader list, no writer lock");
    print(details.text());
}

void print_heading(const std::string &text)
{
    print("\n" + wrapped(text, output_columns()));
}

void print_keywords(const Dao::Image &segment, const std::vector<Dao::Keyword> &keywords)
{
    print_heading(fmt::format("keywords: {}, room for {}", keywords.size(), segment.get_meta_data()->NBkw));
    if (keywords.empty())
        return;
    print(keyword_table(keywords));
}

Style liveness_style(uint32_t alive)
{
    return alive == DAO_ALIVE ? Style::good : is_gone(alive) ? Style::warning : Style::dim;
}

void print_readers(const Dao::Image &segment, const SegmentStatus &status)
{
    if (status.info.has_extension == 0)
    {
        print_heading("readers: unknown, the segment has no list of them");
        return;
    }
    const std::vector<DAO_READER> readers = segment.readers();
    print_heading(fmt::format("readers: {}", readers.size()));
    if (readers.empty())
        return;
    Table table({{"PID", Align::right, 100},
                 {"NAME", Align::left, 90},
                 {"ALIVE", Align::left, 60},
                 {"LAST CNT0", Align::right, 30},
                 {"BEHIND", Align::right, 70},
                 {"MISSED", Align::right, 80},
                 {"LAST READ", Align::right, 50}});
    size_t unlisted = 0; // of which only the process is known
    for (const DAO_READER &reader : readers)
        if (reader.last_seen_ns == 0)
            ++unlisted;
        else
            table.add({{std::to_string(reader.pid)},
                       {reader.name},
                       {liveness_text(reader.alive), liveness_style(reader.alive)},
                       {std::to_string(reader.last_cnt0)},
                       {std::to_string(behind(reader, status.cnt0))},
                       {std::to_string(reader.missed), reader.missed > 0 ? Style::warning : Style::plain},
                       {age_text(span_ns(reader.last_seen_ns, now_ns())) + " ago"}});
    print(table.text());
    if (unlisted > 0)
        print(wrapped(fmt::format("and {} more, for which the table has no room", unlisted), output_columns()));
}

/// Its status with the rate, without which it cannot be told whether it is running.
SegmentStatus measured(Dao::Image &segment, double interval_s)
{
    const SegmentStatus before = sample_segment(segment);
    const int64_t began_ns = steady_ns();
    sleep_unless_interrupted(static_cast<int64_t>(interval_s * 1e9));
    SegmentStatus status = sample_segment(segment);
    if (status.info.generation == before.info.generation && status.cnt0 >= before.cnt0)
        status.rate_hz =
            static_cast<double>(status.cnt0 - before.cnt0) * 1e9 / static_cast<double>(steady_ns() - began_ns);
    return status;
}

/// What is printed, all of one segment.
struct Look
{
    Dao::Image segment;
    SegmentStatus status;
    std::vector<Dao::Keyword> keywords;
};

/// Once more when another segment takes the name meanwhile, unless that does not end.
Look look_at(const InfoOptions &options)
{
    for (int further = 5;; --further)
        try
        {
            Dao::Image segment = open_read_only(options.segment);
            SegmentStatus status = measured(segment, options.interval_s);
            std::vector<Dao::Keyword> keywords = segment.keywords();
            return {std::move(segment), std::move(status), std::move(keywords)};
        }
        catch (const Dao::Error &error)
        {
            if (error.code() != DAO_E_REPLACED || further == 0)
                throw;
        }
}

int run_info(const InfoOptions &options)
{
    const Look look = look_at(options);
    if (options.json)
    {
        print_json(info_json(look.segment, look.status, look.keywords));
        return is_interrupted() ? exit_interrupted : exit_success;
    }
    print_details(look.segment, look.status);
    print_keywords(look.segment, look.keywords);
    print_readers(look.segment, look.status);
    return is_interrupted() ? exit_interrupted : exit_success;
}

}

void add_info(Tool &tool)
{
    const auto options = std::make_shared<InfoOptions>();
    CLI::App *command = add_command(tool, "info", "Show everything about one segment, keywords and readers included",
                                    options, run_info);
    add_source_argument(command, options->segment);
    add_number(command, "--interval", options->interval_s, "Seconds over which the rate is measured", {0.001, 60})
        ->capture_default_str();
    add_json_flag(command, options->json);
    command->footer(
        "BEHIND: frames published since the last one that the reader read; MISSED: frames that it never read.\n\n"
        "Examples:\n  daoshm info wfs\n  daoshm info /tmp/wfs.im.shm --json");
}

}
