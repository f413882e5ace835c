#include "segments/status.hpp"

#include <algorithm>

#include "frame/times.hpp"
#include "network/remote.hpp"
#include "text/numbers.hpp"
#include "text/spans.hpp"

namespace daoshm
{

SegmentStatus sample_segment(Dao::Image &segment)
{
    SegmentStatus status;
    status.path = shown_name(segment);
    status.is_remote = remote_name(segment).has_value();
    status.geometry = geometry_of(segment);
    status.info = segment.info();
    // One element is enough: the counters and the time are those of the whole frame.
    std::vector<std::byte> element(daoTypeSize(status.geometry.atype));
    const Dao::ReadResult frame = segment.read(element.data(), 1);
    status.cnt0 = frame ? frame.cnt0 : segment.get_counter();
    status.cnt1 = frame.cnt1;
    status.cnt2 = frame.cnt2;
    if (frame && frame.cnt0 > 0)
        status.last_frame_ns = acquired_ns(frame);
    status.sampled_ns = now_ns();
    for (const DAO_READER &reader : segment.readers())
    {
        status.readers.add(reader.alive);
        if (!is_gone(reader.alive))
            status.missed = std::max(status.missed, reader.missed);
    }
    return status;
}

SegmentStatus unusable_segment(const std::string &path, const Dao::Error &error)
{
    SegmentStatus status;
    status.path = path;
    status.problem = error.what();
    status.cause = error.code();
    return status;
}

StateText state_text(const SegmentStatus &status)
{
    const DAO_SEGMENT_INFO &info = status.info;
    if (status.cause == DAO_E_FOREIGN || status.cause == DAO_E_VERSION)
        return {"foreign", Style::warning};
    if (status.cause == DAO_E_NOT_FOUND)
        return {"removed", Style::warning};
    if (status.cause != DAO_E_NONE && status.cause != DAO_E_FORMAT)
        return {"no access", Style::warning};
    if (!status.problem.empty())
        return {"damaged", Style::bad};
    if (info.state == 1 || status.change == DAO_REPLACED)
        return {"replaced", Style::warning};
    if (info.state == 2 || status.change == DAO_REMOVED)
        return {"removed", Style::warning};
    if (info.frame_broken != 0)
        return {"broken frame", Style::bad};
    if (status.cnt0 == 0)
        return {"no frame yet", Style::dim};
    if (info.writer_pid != 0 && is_gone(info.writer_alive))
        return {"writer gone", status.readers.is_none() ? Style::dim : Style::warning};
    if (status.rate_hz && *status.rate_hz > 0)
        return {"running", Style::good};
    if (status.info.writer_pid != 0 && status.info.writer_alive == DAO_UNKNOWN)
        return {"writer unknown", Style::warning};
    return {"idle", Style::plain};
}

uint64_t behind(const DAO_READER &reader, uint64_t cnt0)
{
    return cnt0 > reader.last_cnt0 ? cnt0 - reader.last_cnt0 : 0;
}

std::string writer_text(const DAO_SEGMENT_INFO &info)
{
    return info.writer_pid == 0 ? "-" : process_text(info.writer_pid, info.writer_alive, info.writer_name);
}

std::string last_frame_text(const SegmentStatus &status)
{
    return status.last_frame_ns ? age_text(span_ns(*status.last_frame_ns, status.sampled_ns)) : "-";
}

Json status_json(const SegmentStatus &status)
{
    const DAO_SEGMENT_INFO &info = status.info;
    const bool is_open = status.problem.empty();
    const bool has_readers = is_open && info.has_extension != 0;
    const bool has_writer = is_open && info.writer_pid != 0;
    const auto frame_ns = status.last_frame_ns.value_or(0);
    Json json = Json::object();
    json["segment"] = status.is_remote ? status.path : absolute_path(status.path);
    json["state"] = state_text(status).text;
    json["problem"] = json_text(status.problem);
    json["type"] = is_open ? Json(daoTypeName(status.geometry.atype)) : Json();
    json["shape"] = json_if(is_open, status.geometry.shape);
    json["depth"] = json_if(is_open, info.depth);
    json["cnt0"] = json_if(is_open, status.cnt0);
    json["rate_hz"] = json_of(status.rate_hz);
    json["last_frame_ns"] = json_of(status.last_frame_ns);
    json["age_s"] =
        json_if(status.last_frame_ns.has_value(), static_cast<double>(span_ns(frame_ns, status.sampled_ns)) / 1e9);
    json["writer_pid"] = json_if(has_writer, info.writer_pid);
    json["writer_alive"] = has_writer ? liveness_json(info.writer_alive) : Json();
    json["writer_name"] = json_text(info.writer_name);
    json["readers"] = json_if(has_readers, status.readers.alive);
    json["readers_unknown"] = json_if(has_readers, status.readers.unknown);
    json["missed"] = json_if(has_readers, status.missed);
    return json;
}

}
