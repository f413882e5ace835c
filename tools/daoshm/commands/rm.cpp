/// rm: remove segments and their named semaphores.
#include "commands/commands.hpp"

#include <fmt/format.h>

#include "segments/liveness.hpp"
#include "segments/segment.hpp"
#include "text/exit_code.hpp"
#include "text/output.hpp"

namespace daoshm
{

namespace
{

struct RmOptions
{
    std::vector<std::string> segments;
    bool force = false;
};

/// @return why the segment is in use, empty when it is not
std::string use_text(const std::string &name)
{
    const Dao::Image segment = Dao::Image::open_read_only(name);
    const DAO_SEGMENT_INFO info = segment.info();
    if (info.writer_pid != 0 && info.writer_alive == DAO_ALIVE)
        return fmt::format("process {} writes to it",
                           process_text(info.writer_pid, info.writer_alive, info.writer_name));
    if (info.writer_pid != 0 && !is_gone(info.writer_alive))
        return fmt::format("process {} may be writing to it", info.writer_pid);
    ReaderCount readers;
    for (const DAO_READER &reader : segment.readers())
        readers.add(reader.alive);
    return readers.is_none() ? "" : fmt::format("{} reader(s) have it open", readers.text());
}

/// Before anything is removed, so that what is no name is wrong usage.
std::vector<std::string> paths_of(const std::vector<std::string> &names)
{
    std::vector<std::string> paths;
    for (const std::string &name : names)
        paths.push_back(path_here(name));
    return paths;
}

int run_rm(const RmOptions &options)
{
    int result = exit_success;
    for (const std::string &path : paths_of(options.segments))
    {
        try
        {
            const std::string use = options.force ? "" : use_text(path);
            if (!use.empty())
                throw ToolError(
                    fmt::format("{}: not removed: {}; expected a segment that is not in use, or --force", path, use));
            Dao::remove_segment(path);
        }
        catch (const std::runtime_error &error) // the tool's or the library's
        {
            if (exit_code_of(error) == exit_interrupted) // of all that was asked for
                throw;
            print_note(error_text(error));
            result = exit_error;
        }
    }
    return result;
}

}

void add_rm(Tool &tool)
{
    const auto options = std::make_shared<RmOptions>();
    CLI::App *command = add_command(tool, "rm", "Remove segments", options, run_rm);
    command->add_option("segment", options->segments, "Segments to remove")->required()->type_name(segment_argument);
    command->add_flag("-f,--force", options->force, "Remove segments that are in use, too");
    command->footer("In use: the process that wrote last lives, or readers have it open.\n"
                    "Processes that have the segment open keep their memory and are notified. Its named semaphores are "
                    "removed, too.\n"
                    "A file that is not a segment is not removed.\n\nExamples:\n  daoshm rm wfs slopes\n"
                    "  daoshm ls --null /tmp/test | xargs -0 daoshm rm --force");
}

}
