// Where the tests' segments lie.
#pragma once

#include <filesystem>

namespace test
{

/** Segments have short names: macOS's own temporary directory would take 49 of the 79 bytes. */
inline std::filesystem::path temporary_folder()
{
    const std::filesystem::path folder = "/tmp";
    return folder.is_absolute() ? folder : std::filesystem::temp_directory_path(); // no drive on Windows
}

}
