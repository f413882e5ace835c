#include "platform/platform.hpp"

#include <filesystem>

namespace daoshm
{

namespace fs = std::filesystem;

std::string temporary_folder()
{
    // Without the trailing backslash that Windows returns.
    const fs::path folder = fs::temp_directory_path();
    return (folder.has_filename() ? folder : folder.parent_path()).string();
}

std::vector<std::string> usual_folders()
{
    return {temporary_folder()};
}

std::string folder_path(const std::string &folder)
{
    constexpr std::string_view temporary = "/tmp";
    if (folder == temporary)
        return temporary_folder();
    if (folder.starts_with("/tmp/"))
        return (path_of(temporary_folder()) / path_of(folder.substr(temporary.size() + 1))).string();
    return folder;
}

std::string mode_text(const std::string &)
{
    return "-"; // an access list, inherited from the folder
}

bool may_follow_link(const std::string &)
{
    return true; // few may make them
}

}
