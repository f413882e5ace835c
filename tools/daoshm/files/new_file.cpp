#include "files/new_file.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "text/exit_code.hpp"

namespace daoshm
{

namespace fs = std::filesystem;

std::string file_meant(const std::string &path)
{
    const auto refuse = [&](const std::string &why) {
        return ToolError(fmt::format("{}: cannot follow this symbolic link: {}", path, why));
    };
    fs::path found = path_of(path);
    std::error_code error;
    if (fs::is_symlink(found, error) && !fs::exists(found, error) && error)
        throw refuse(error.message());
    while (fs::is_symlink(found, error))
    {
        if (!may_follow_link(found.string()))
            throw refuse("another user made it in a folder where anybody may make them; expected one of this user's");
        const fs::path target = fs::read_symlink(found, error);
        if (error)
            throw refuse(error.message());
        found = found.parent_path() / target; // an absolute one as it is
    }
    return found.string();
}

bool is_file(const std::string &path)
{
    std::error_code error;
    return fs::is_regular_file(path_of(path), error);
}

std::string unfinished_path(const std::string &path)
{
    return path + ".part";
}

OutputFile create_anew(const std::string &path)
{
    const bool exists = fs::exists(fs::symlink_status(path_of(path)));
    if (exists && is_being_written(path))
        throw FileError(fmt::format(
            "{}: cannot be replaced: another process is writing it; expected a file that nobody writes", path));
    if (exists)
        fs::remove(path_of(path));
    return OutputFile::create(path);
}

OutputFile create_beside(const std::string &path)
{
    for (int number = 1;; ++number)
    {
        const std::string name = unfinished_path(path) + (number > 1 ? std::to_string(number) : "");
        try
        {
            return OutputFile::create(name);
        }
        catch (const FileError &)
        {
            if (!fs::exists(fs::symlink_status(path_of(name))))
                throw;
        }
    }
}

void Appender::append(std::string_view bytes)
{
    constexpr size_t transfer_bytes = size_t{1} << 20U;
    pending_ += bytes;
    if (pending_.size() >= transfer_bytes)
        finish();
}

void Appender::pad(uint64_t block_bytes, char fill)
{
    const uint64_t over = (offset_ + pending_.size()) % block_bytes;
    if (over != 0)
        append(std::string(block_bytes - over, fill));
}

uint64_t Appender::finish()
{
    file_.write(offset_, pending_.data(), pending_.size());
    offset_ += pending_.size();
    pending_.clear();
    return offset_;
}

}
