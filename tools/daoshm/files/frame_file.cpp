#include "files/frame_file.hpp"

#include <filesystem>

#include <fmt/ranges.h>

#include "files/fits_reader.hpp"
#include "files/fits_writer.hpp"
#include "files/npy.hpp"
#include "platform/platform.hpp"
#include "text/exit_code.hpp"
#include "text/numbers.hpp"

namespace daoshm
{

namespace fs = std::filesystem;

namespace
{

struct Format
{
    std::vector<const char *> endings;
    std::unique_ptr<FrameReader> (*open)(const std::string &);
    std::unique_ptr<FrameWriter> (*create)(const std::string &, const FileHeader &);
    void (*save)(const std::string &, const FileHeader &, const void *, const FrameRecord &);
};

const std::vector<Format> formats{{{".npy"}, open_npy, create_npy_recording, save_npy},
                                  {{".fits", ".fit", ".fts"}, open_fits, create_fits_recording, save_fits}};

const Format &format_of(const std::string &path)
{
    const std::string ending = path_of(path).extension().string();
    std::vector<const char *> known;
    for (const Format &format : formats)
        for (const char *candidate : format.endings)
        {
            if (ending == candidate)
                return format;
            known.push_back(candidate);
        }
    throw ToolError(fmt::format("{}: file name ends in '{}'; expected one of {}", path, ending, fmt::join(known, ", ")),
                    exit_usage);
}

}

void check_destination(const std::string &path, bool may_overwrite)
{
    format_of(path);
    if (!may_overwrite && fs::exists(path_of(path)))
        throw ToolError(fmt::format("{}: exists; --force overwrites it", path));
}

std::unique_ptr<FrameWriter> create_recording(const std::string &path, const FileHeader &header)
{
    return format_of(path).create(path, header);
}

void save_frame(const std::string &path, const FileHeader &header, const void *frame, const FrameRecord &record)
{
    const std::string part = path + ".part";
    try
    {
        require_space(path, header.geometry.size_bytes());
        format_of(path).save(part, header, frame, record);
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
    return format_of(path).open(path);
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
        throw ToolError(fmt::format("{}: disk full: {} usable; expected at least {}", path,
                                    bytes_text(static_cast<double>(found)), bytes_text(static_cast<double>(bytes))));
}

}
