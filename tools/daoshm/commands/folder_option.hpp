/// Options that name a folder in which files will be made.
#pragma once

#include <filesystem>
#include <string>
#include <system_error>

#include <fmt/format.h>

#include "platform/platform.hpp"
#include "text/exit_code.hpp"

namespace daoshm
{

/// Throws when there is no such folder. @param option  as the user knows it
inline void require_folder(const char *option, const std::string &folder)
{
    std::error_code error;
    if (std::filesystem::is_directory(path_of(folder), error))
        return;
    const bool is_seen = !error || error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
    throw ToolError(
        fmt::format("{}: {}: {}; expected a folder that exists", option, folder, error ? error.message() : "no folder"),
        is_seen ? exit_usage : exit_error);
}

}
