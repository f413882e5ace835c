#include "text/exit_code.hpp"

#include <filesystem>
#include <new>
#include <system_error>

#include <daoShm.hpp>
#include <fmt/format.h>

#include "platform/platform.hpp"

namespace daoshm
{

namespace
{

std::string name_of(const std::filesystem::path &path)
{
    const std::u8string name = path.u8string();
    return {name.begin(), name.end()};
}

}

ExitCode exit_code_of(const std::exception &error)
{
    if (const auto *ours = dynamic_cast<const ToolError *>(&error))
        return ours->code();
    const auto *library = dynamic_cast<const Dao::Error *>(&error);
    return library != nullptr && library->code() == DAO_E_INTERRUPTED ? exit_interrupted : exit_error;
}

std::string error_text(const std::exception &error)
{
    if (const auto *file = dynamic_cast<const std::filesystem::filesystem_error *>(&error))
    {
        const bool has_two = !file->path2().empty();
        return fmt::format("{}: {}: {}", name_of(file->path1()), has_two ? name_of(file->path2()) : "cannot be reached",
                           file->code().message());
    }
    if (const auto *system = dynamic_cast<const std::system_error *>(&error);
        system != nullptr && system->code() == std::errc::resource_unavailable_try_again)
        return fmt::format("threads: no more can be started: {}; expected fewer processes of this user (ulimit -u)",
                           system->code().message());
    const bool is_too_much = dynamic_cast<const std::bad_alloc *>(&error) != nullptr ||
                             dynamic_cast<const std::length_error *>(&error) != nullptr;
    return is_too_much ? "memory: not enough for this; expected smaller frames, or more memory (ulimit -v)"
                       : error.what();
}

}
