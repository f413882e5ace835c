#include "segments/survey.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "frame/times.hpp"
#include "segments/segment_name.hpp"
#include "text/exit_code.hpp"
#include "text/numbers.hpp"

namespace daoshm
{

namespace fs = std::filesystem;

namespace
{

SegmentStatus unusable(const std::string &path, const std::string &problem)
{
    SegmentStatus status;
    status.path = path;
    status.problem = problem;
    return status;
}

}

Survey::Survey(std::vector<std::string> folders)
    : is_usual_search_(folders.empty()), folders_(is_usual_search_ ? usual_folders() : std::move(folders))
{
    for (std::string &folder : folders_)
    {
        folder = folder_path(folder);
        if (!fs::is_directory(path_of(folder)))
            throw ToolError(fmt::format("{}: not a folder; expected an existing one", folder));
    }
}

void Survey::find_files()
{
    std::set<std::string> found;
    for (const std::string &folder : folders_)
    {
        std::error_code error;
        for (fs::directory_iterator entry(path_of(folder), error), end; !error && entry != end; entry.increment(error))
        {
            std::error_code unreadable;
            const std::string path = entry->path().string();
            const bool has_segment_name = path.ends_with(segment_ending);
            if ((is_usual_search_ && !has_segment_name) || !entry->is_regular_file(unreadable))
                continue;
            found.insert(path);
            tracked_[path].has_segment_name = has_segment_name;
        }
    }
    std::erase_if(tracked_, [&](const auto &item) { return !found.contains(item.first); });
}

void Survey::refresh(const std::string &path, Tracked &tracked) const
{
    if (tracked.segment && tracked.segment->replaced() != DAO_SUCCESS)
    {
        tracked.segment.reset();
        tracked.sampled_ns = 0;
    }
    if (tracked.segment)
        return;
    try
    {
        tracked.segment.emplace(open_read_only(path));
        tracked.problem.clear();
    }
    catch (const Dao::Error &error)
    {
        tracked.problem = error.what();
    }
}

SegmentStatus sample_segment(Dao::Image &segment)
{
    SegmentStatus status;
    status.path = segment.name();
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

SegmentStatus Survey::status_of(const std::string &path, Tracked &tracked) const
{
    if (!tracked.segment)
        return unusable(path, tracked.problem);
    SegmentStatus status = sample_segment(*tracked.segment);
    const int64_t now = steady_ns();
    const bool is_same_run = tracked.sampled_ns != 0 && tracked.segment_id == status.info.segment_id &&
                             tracked.generation == status.info.generation && status.cnt0 >= tracked.cnt0;
    if (is_same_run)
        status.rate_hz = static_cast<double>(status.cnt0 - tracked.cnt0) * 1e9 /
                         static_cast<double>(std::max<int64_t>(now - tracked.sampled_ns, 1));
    tracked.cnt0 = status.cnt0;
    tracked.sampled_ns = now;
    tracked.generation = status.info.generation;
    tracked.segment_id = status.info.segment_id;
    return status;
}

void Survey::sample()
{
    find_files();
    statuses_.clear();
    for (auto &[path, tracked] : tracked_)
    {
        refresh(path, tracked);
        // In a folder that the user named, files of other names count only when they are segments.
        if (!tracked.segment && !tracked.has_segment_name)
            continue;
        try
        {
            statuses_.push_back(status_of(path, tracked));
        }
        catch (const Dao::Error &error)
        {
            tracked.segment.reset();
            tracked.problem = error.what();
            statuses_.push_back(unusable(path, tracked.problem));
        }
    }
}

std::string common_folder(const std::vector<SegmentStatus> &statuses)
{
    std::set<std::string> folders;
    for (const SegmentStatus &status : statuses)
        folders.insert(status.path.substr(0, status.path.size() - path_of(status.path).filename().string().size()));
    return folders.size() == 1 ? *folders.begin() : "";
}

StateText state_text(const SegmentStatus &status)
{
    const DAO_SEGMENT_INFO &info = status.info;
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

std::string writer_text(const DAO_SEGMENT_INFO &info)
{
    return info.writer_pid == 0 ? "-" : process_text(info.writer_pid, info.writer_alive, info.writer_name);
}

std::string last_frame_text(const SegmentStatus &status)
{
    return status.last_frame_ns ? age_text(status.sampled_ns - *status.last_frame_ns) : "-";
}

Json status_json(const SegmentStatus &status)
{
    Json json;
    json["path"] = status.path;
    if (!status.problem.empty())
    {
        json["state"] = "damaged";
        json["problem"] = status.problem;
        return json;
    }
    json["type"] = daoTypeName(status.geometry.atype);
    json["shape"] = status.geometry.shape;
    json["depth"] = status.info.depth;
    json["cnt0"] = status.cnt0;
    json["rate_hz"] = status.rate_hz ? Json(*status.rate_hz) : Json();
    json["last_frame_ns"] = status.last_frame_ns ? Json(*status.last_frame_ns) : Json();
    json["age_s"] =
        status.last_frame_ns ? Json(static_cast<double>(status.sampled_ns - *status.last_frame_ns) / 1e9) : Json();
    json["writer_pid"] = status.info.writer_pid;
    json["writer_alive"] = liveness_json(status.info.writer_alive);
    json["writer_name"] = status.info.writer_name;
    json["readers"] = status.readers.alive;
    json["readers_unknown"] = status.readers.unknown;
    json["missed"] = status.missed;
    json["state"] = state_text(status).text;
    return json;
}

}
