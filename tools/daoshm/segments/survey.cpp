#include "segments/survey.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include <fmt/format.h>

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
    : only_named_so_(folders.empty()), folders_(only_named_so_ ? usual_folders() : std::move(folders))
{
    for (std::string &folder : folders_)
    {
        folder = folder_path(folder);
        if (!fs::is_directory(path_of(folder)))
            throw ToolError(fmt::format("{}: not a folder", folder));
    }
}

void Survey::look_for_files()
{
    std::set<std::string> found;
    for (const std::string &folder : folders_)
    {
        std::error_code error;
        for (fs::directory_iterator entry(path_of(folder), error), end; !error && entry != end; entry.increment(error))
        {
            std::error_code unreadable;
            const std::string path = entry->path().string();
            const bool is_named_so = path.ends_with(segment_ending);
            if ((only_named_so_ && !is_named_so) || !entry->is_regular_file(unreadable))
                continue;
            found.insert(path);
            watched_[path].is_segment_file = is_named_so;
        }
    }
    std::erase_if(watched_, [&](const auto &item) { return !found.contains(item.first); });
}

void Survey::refresh(const std::string &path, Watched &watched) const
{
    if (watched.segment && daoShmCheckReplaced(watched.segment->get()) != DAO_SUCCESS)
    {
        watched.segment.reset();
        watched.sampled_ns = 0;
    }
    if (watched.segment)
        return;
    try
    {
        watched.segment.emplace(Segment::open_read_only(path));
        watched.problem.clear();
    }
    catch (const ToolError &error)
    {
        watched.problem = error.what();
    }
}

SegmentStatus sample_segment(const Segment &segment)
{
    SegmentStatus status;
    status.path = segment.path();
    status.geometry = segment.geometry();
    status.info = segment.info();
    // One element stands for the frame: its counter and time are those of a whole frame.
    std::vector<std::byte> element(daoTypeSize(status.geometry.atype));
    int64_t atime_ns = 0;
    const int_fast8_t outcome = daoShmReadNewest(segment.get(), element.data(), 1, &status.cnt0, &atime_ns);
    if (outcome == DAO_SUCCESS && status.cnt0 > 0)
        status.last_frame_ns = atime_ns;
    else
        status.cnt0 = daoShmGetCounter(segment.get());
    status.sampled_ns = now_ns();
    for (const DAO_READER &reader : segment.readers())
    {
        status.readers_alive += reader.alive;
        if (reader.alive != 0)
            status.missed = std::max(status.missed, reader.missed);
    }
    return status;
}

SegmentStatus Survey::status_of(const std::string &path, Watched &watched) const
{
    if (!watched.segment)
        return unusable(path, watched.problem);
    SegmentStatus status = sample_segment(*watched.segment);
    const int64_t now = steady_ns();
    const bool is_same_run = watched.sampled_ns != 0 && watched.segment_id == status.info.segment_id &&
                             watched.generation == status.info.generation && status.cnt0 >= watched.cnt0;
    if (is_same_run)
        status.rate_hz = static_cast<double>(status.cnt0 - watched.cnt0) * 1e9 /
                         static_cast<double>(std::max<int64_t>(now - watched.sampled_ns, 1));
    watched.cnt0 = status.cnt0;
    watched.sampled_ns = now;
    watched.generation = status.info.generation;
    watched.segment_id = status.info.segment_id;
    return status;
}

void Survey::sample()
{
    look_for_files();
    statuses_.clear();
    for (auto &[path, watched] : watched_)
    {
        refresh(path, watched);
        // In a folder that was named, files of other names count only when they are segments.
        if (!watched.segment && !watched.is_segment_file)
            continue;
        try
        {
            statuses_.push_back(status_of(path, watched));
        }
        catch (const ToolError &error)
        {
            watched.segment.reset();
            watched.problem = error.what();
            statuses_.push_back(unusable(path, watched.problem));
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
    if (info.state == 1)
        return {"replaced", Style::warning};
    if (info.state == 2)
        return {"removed", Style::warning};
    if (info.frame_broken != 0)
        return {"broken frame", Style::bad};
    if (status.cnt0 == 0)
        return {"no frame yet", Style::dim};
    if (info.writer_pid != 0 && info.writer_alive == 0)
        return {"writer gone", status.readers_alive > 0 ? Style::warning : Style::dim};
    if (status.rate_hz && *status.rate_hz > 0)
        return {"running", Style::good};
    return {"idle", Style::plain};
}

std::string writer_text(const DAO_SEGMENT_INFO &info)
{
    if (info.writer_pid == 0)
        return "-";
    if (info.writer_alive == 0)
        return fmt::format("{} (gone)", info.writer_pid);
    const std::string name = fixed_text(info.writer_name, sizeof(info.writer_name));
    return name.empty() ? std::to_string(info.writer_pid) : fmt::format("{} {}", info.writer_pid, name);
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
    json["writer_alive"] = status.info.writer_alive != 0;
    json["writer_name"] = fixed_text(status.info.writer_name, sizeof(status.info.writer_name));
    json["readers"] = status.readers_alive;
    json["missed"] = status.missed;
    json["state"] = state_text(status).text;
    return json;
}

}
