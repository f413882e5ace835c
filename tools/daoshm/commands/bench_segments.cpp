#include "commands/bench_segments.hpp"

#include <chrono>
#include <filesystem>
#include <string_view>
#include <vector>

#include "segments/segment_name.hpp"

namespace daoshm
{

namespace fs = std::filesystem;

namespace
{

bool is_of_bench(const fs::path &path)
{
    const std::string name = path.filename().string();
    if (!name.starts_with(bench_prefix) || !name.ends_with(segment_ending))
        return false;
    const std::string_view numbers = std::string_view(name).substr(std::string_view(bench_prefix).size());
    return numbers.find_first_not_of("0123456789-") == numbers.size() - std::string_view(segment_ending).size();
}

/// A bench that was killed before its first frame, and not one that begins at this moment.
bool is_old(const std::string &path)
{
    std::error_code error;
    const auto changed = fs::last_write_time(path_of(path), error);
    return !error && fs::file_time_type::clock::now() - changed > std::chrono::minutes(1);
}

}

bool is_left_by_bench(const SegmentStatus &status)
{
    if (!is_of_bench(path_of(status.path)) || !status.problem.empty() || !status.readers.is_none())
        return false;
    return status.info.writer_pid != 0 ? is_gone(status.info.writer_alive) : is_old(status.path);
}

void remove_left_by_bench(const std::string &folder)
{
    std::error_code error;
    std::vector<std::string> paths;
    fs::directory_iterator entry(path_of(folder), error);
    for (const fs::directory_iterator end; !error && entry != end; entry.increment(error))
        if (is_of_bench(entry->path()))
            paths.push_back(entry->path().string());
    for (const std::string &path : paths)
        try
        {
            Dao::Image segment = Dao::Image::open_read_only(path);
            if (is_left_by_bench(sample_segment(segment)))
                daoShmRemove(path.c_str());
        }
        catch (const Dao::Error &) // gone meanwhile, or of another user: doctor tells of it
        {
            continue;
        }
}

}
