/// Folders and files as the system has them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace daoshm
{

/// Names are UTF-8 everywhere; what a path makes of them as they are differs between C++ libraries on Windows.
inline std::filesystem::path path_of(const std::string &name)
{
    return std::u8string(name.begin(), name.end());
}

/// Throws where the environment names one that is not there.
std::string temporary_folder();
/// Where segments are looked for: the temporary folder and, where there is one, the folder that lies in memory.
std::vector<std::string> usual_folders();
/// The folder that is meant: /tmp is the temporary folder everywhere, as in the names of segments.
std::string folder_path(const std::string &folder);
/// Permissions as four octal digits, "-" where the system has none of that kind.
std::string mode_text(const std::string &path);

}
