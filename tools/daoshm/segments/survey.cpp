#include "segments/survey.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "segments/segment_name.hpp"
#include "text/exit_code.hpp"
#include "timing/interrupt.hpp"

namespace daoshm
{

namespace fs = std::filesystem;

Survey::Survey(std::vector<std::string> folders) : folders_(folders.empty() ? usual_folders() : std::move(folders))
{
    for (std::string &folder : folders_)
    {
        if (folder.empty())
            throw ToolError("folder: ''; expected an existing folder", exit_usage);
        folder = folder_path(folder);
        std::error_code error;
        if (!fs::is_directory(path_of(folder), error))
            throw ToolError(fmt::format("{}: {}; expected an existing folder", folder,
                                        error && error != std::errc::no_such_file_or_directory
                                            ? "cannot be read: " + error.message()
                                            : "not a folder"));
    }
}

std::set<std::string> Survey::find_files()
{
    std::set<std::string> found;
    unread_folders_.clear();
    for (const std::string &folder : folders_)
    {
        std::error_code error;
        fs::directory_iterator entry(path_of(folder), error);
        for (const fs::directory_iterator end; !error && entry != end; entry.increment(error))
        {
            std::error_code unknown;
            if (entry->is_regular_file(unknown))
                found.insert(entry->path().string());
        }
        if (error)
            unread_folders_.push_back(fmt::format("{}: cannot be read: {}", folder, error.message()));
    }
    return found;
}

bool Survey::is_known_stranger(const std::string &path) const
{
    std::error_code error;
    const auto known = strangers_.find(path);
    return known != strangers_.end() && known->second == fs::last_write_time(path_of(path), error);
}

void Survey::sample_file(const std::string &path)
{
    const bool has_segment_name = path.ends_with(segment_ending);
    if (!has_segment_name && is_known_stranger(path))
        return;
    try
    {
        Dao::Image segment = Dao::Image::open_read_only(path);
        statuses_.push_back(sample_segment(segment));
        measure_rate(statuses_.back());
    }
    catch (const Dao::Error &failure)
    {
        std::error_code error;
        const Changed changed = fs::last_write_time(path_of(path), error);
        const bool is_at_rest = !error && Changed::clock::now() - changed > std::chrono::seconds(2);
        if (has_segment_name && failure.code() != DAO_E_NOT_FOUND) // else it was removed meanwhile
            statuses_.push_back(unusable_segment(path, failure));
        else if (failure.code() == DAO_E_FORMAT && is_at_rest)
            strangers_[path] = changed;
    }
}

void Survey::measure_rate(SegmentStatus &status)
{
    const Sample now{status.cnt0, steady_ns(), status.info.generation, status.info.segment_id};
    const auto before = samples_.find(status.path);
    if (before != samples_.end() && before->second.segment_id == now.segment_id &&
        before->second.generation == now.generation && now.cnt0 >= before->second.cnt0)
        status.rate_hz = static_cast<double>(now.cnt0 - before->second.cnt0) * 1e9 /
                         static_cast<double>(std::max<int64_t>(now.time_ns - before->second.time_ns, 1));
    samples_[status.path] = now;
}

void Survey::sample()
{
    const std::set<std::string> files = find_files();
    std::erase_if(samples_, [&](const auto &item) { return !files.contains(item.first); });
    std::erase_if(strangers_, [&](const auto &item) { return !files.contains(item.first); });
    statuses_.clear();
    for (const std::string &path : files)
        sample_file(path);
}

bool Survey::measure(double interval_s)
{
    sample();
    if (statuses_.empty())
        return true;
    sleep_unless_interrupted(static_cast<int64_t>(interval_s * 1e9));
    sample();
    return !is_interrupted();
}

std::string common_folder(const std::vector<SegmentStatus> &statuses)
{
    std::set<std::string> folders;
    for (const SegmentStatus &status : statuses)
        folders.insert(status.path.substr(0, status.path.size() - path_of(status.path).filename().string().size()));
    return folders.size() == 1 ? *folders.begin() : "";
}

}
