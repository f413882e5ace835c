#include "segments/segment_name.hpp"

#include <vector>

#include <daoShm.hpp>
#include <fmt/format.h>

#include "platform/platform.hpp"
#include "text/exit_code.hpp"

namespace daoshm
{

namespace fs = std::filesystem;

namespace
{

bool is_bare(const std::string &name)
{
    return !path_of(name).has_parent_path();
}

void require_name(const std::string &name)
{
    const std::string last = path_of(name).filename().string();
    if (last.empty() || last == segment_ending || last == "." || last == "..")
        throw ToolError(fmt::format("segment: '{}'; expected a name, or a path that ends with one", name), exit_usage);
}

/// Where the name may be, in the order of preference.
std::vector<std::string> candidates(const std::string &name)
{
    std::vector<std::string> paths{name, name + segment_ending};
    if (is_bare(name))
        for (const std::string &folder : usual_folders())
        {
            const std::string path = (path_of(folder) / path_of(name)).string();
            paths.insert(paths.end(), {path, path + segment_ending});
        }
    return paths;
}

bool is_file(const std::string &path)
{
    std::error_code error;
    return fs::is_regular_file(path_of(path), error);
}

bool is_segment(const std::string &path)
{
    try
    {
        Dao::Image::open_read_only(path);
        return true;
    }
    catch (const Dao::Error &)
    {
        return false;
    }
}

}

std::optional<std::string> existing_segment(const std::string &name)
{
    require_name(name);
    std::optional<std::string> named_like_one;
    for (const std::string &path : candidates(name))
    {
        if (!is_file(path))
            continue;
        if (is_segment(path))
            return path;
        if (!named_like_one && path.ends_with(segment_ending))
            named_like_one = path;
    }
    return named_like_one;
}

std::string find_segment(const std::string &name)
{
    if (const std::optional<std::string> found = existing_segment(name))
        return *found;
    for (const std::string &path : candidates(name))
        if (is_file(path))
            return path;
    return new_segment_path(name);
}

std::string new_segment_path(const std::string &name)
{
    require_name(name);
    if (!is_bare(name))
        return name;
    const std::string file = name.ends_with(segment_ending) ? name : name + segment_ending;
    return (path_of(temporary_folder()) / path_of(file)).string();
}

}
