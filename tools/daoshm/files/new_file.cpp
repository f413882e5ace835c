#include "files/new_file.hpp"

#include <filesystem>

#include <fmt/format.h>

namespace daoshm
{

namespace fs = std::filesystem;

OutputFile create_anew(const std::string &path)
{
    const bool exists = fs::exists(fs::symlink_status(path_of(path)));
    if (exists && is_being_written(path))
        throw FileError(fmt::format("{}: cannot be replaced: another process is writing it", path));
    if (exists)
        fs::remove(path_of(path));
    return OutputFile::create(path);
}

OutputFile create_beside(const std::string &path)
{
    for (int number = 1;; ++number)
    {
        const std::string name = path + ".part" + (number > 1 ? std::to_string(number) : "");
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
