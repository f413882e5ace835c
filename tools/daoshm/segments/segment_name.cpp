#include "segments/segment_name.hpp"

#include "platform/platform.hpp"

namespace daoshm
{

namespace fs = std::filesystem;

namespace
{

bool is_bare(const std::string &name)
{
    return !path_of(name).has_parent_path();
}

}

std::string find_segment(const std::string &name)
{
    std::error_code error;
    if (!is_bare(name) || fs::exists(path_of(name), error))
        return name;
    if (fs::exists(path_of(name + segment_ending), error))
        return name + segment_ending;
    for (const std::string &folder : usual_folders())
    {
        const fs::path path = path_of(folder) / path_of(name);
        for (const std::string &candidate : {path.string(), path.string() + segment_ending})
            if (fs::is_regular_file(path_of(candidate), error))
                return candidate;
    }
    return name;
}

std::string new_segment_path(const std::string &name)
{
    if (!is_bare(name))
        return name;
    const bool has_ending = name.find('.') != std::string::npos;
    return (path_of(temporary_folder()) / path_of(has_ending ? name : name + segment_ending)).string();
}

}
