#include "frame_file.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "../support/exit_code.hpp"
#include "../support/file_system.hpp"
#include "../support/numbers.hpp"
#include "fits_reader.hpp"
#include "fits_writer.hpp"
#include "npy.hpp"

namespace daoshm
{

namespace fs = std::filesystem;

FileKind file_kind(const std::string &path)
{
    const std::string ending = path_of(path).extension().string();
    if (ending == ".npy")
        return FileKind::npy;
    if (ending == ".fits" || ending == ".fit" || ending == ".fts")
        return FileKind::fits;
    throw ToolError(fmt::format("{}: the ending '{}' is not known; expected .npy, .fits, .fit or .fts", path, ending),
                    exit_usage);
}

std::unique_ptr<FrameWriter> create_recording(const std::string &path, const FileHeader &header)
{
    if (file_kind(path) == FileKind::npy)
        return create_npy_recording(path, header);
    return create_fits_recording(path, header);
}

void save_frame(const std::string &path, const FileHeader &header, const void *frame, const FrameRecord &record)
{
    const std::string part = path + ".part";
    try
    {
        require_space(path, header.geometry.size_bytes());
        if (file_kind(path) == FileKind::npy)
            save_npy(part, header, frame);
        else
            save_fits(part, header, frame, record);
        fs::rename(path_of(part), path_of(path));
    }
    catch (...)
    {
        std::error_code error;
        fs::remove(path_of(part), error);
        throw;
    }
}

std::unique_ptr<FrameReader> open_frames(const std::string &path)
{
    if (file_kind(path) == FileKind::npy)
        return open_npy(path);
    return open_fits(path);
}

uint64_t free_bytes(const std::string &path)
{
    constexpr uint64_t reserve_bytes = 256 * 1024;
    std::error_code error;
    const fs::space_info space = fs::space(fs::absolute(path_of(path)).parent_path(), error);
    if (error)
        return UINT64_MAX;
    return space.available > reserve_bytes ? space.available - reserve_bytes : 0;
}

void require_space(const std::string &path, uint64_t bytes)
{
    const uint64_t found = free_bytes(path);
    if (found < bytes)
        throw ToolError(fmt::format("{}: the disk is full: {} usable, {} needed", path,
                                    bytes_text(static_cast<double>(found)), bytes_text(static_cast<double>(bytes))));
}

}
