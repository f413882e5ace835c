#include "platform/platform.hpp"

#include <filesystem>

#include <fmt/format.h>

namespace daoshm
{

namespace fs = std::filesystem;

std::string temporary_folder()
{
    return fs::temp_directory_path().string();
}

std::vector<std::string> usual_folders()
{
    std::vector<std::string> folders;
    std::error_code error;
    for (const fs::path &folder : {fs::temp_directory_path(error), fs::path("/dev/shm")})
        if (fs::is_directory(folder, error))
            folders.push_back(folder.string());
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

}
