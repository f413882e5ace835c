#include "platform/platform.hpp"

#include <cstdlib>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

namespace daoshm
{

namespace fs = std::filesystem;

std::string temporary_folder()
{
    const char *folder = std::getenv("TMPDIR");
    return folder != nullptr && *folder != '\0' ? folder : "/tmp";
}

std::vector<std::string> usual_folders()
{
    std::vector<std::string> folders{temporary_folder()};
    std::error_code error;
    if (fs::is_directory("/dev/shm", error))
        folders.emplace_back("/dev/shm");
    return folders;
}

std::string folder_path(const std::string &folder)
{
    return folder;
}

std::string mode_text(const std::string &path)
{
    std::error_code error;
    const auto mode = static_cast<unsigned>(fs::status(path, error).permissions());
    return error ? "-" : fmt::format("{:04o}", mode & 07777U);
}

bool may_follow_link(const std::string &path)
{
    struct stat link{};
    struct stat folder{};
    const std::string parent = std::filesystem::absolute(path).parent_path().string();
    if (lstat(path.c_str(), &link) != 0 || stat(parent.c_str(), &folder) != 0)
        return true; // what follows it says why it cannot
    const bool is_public = (folder.st_mode & S_ISVTX) != 0 && (folder.st_mode & S_IWOTH) != 0;
    return !is_public || link.st_uid == geteuid() || link.st_uid == folder.st_uid;
}

}
