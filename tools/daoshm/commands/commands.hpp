/// The tool's commands. Each has a file of its own with a function add_NAME(): arguments, help, and what to run. A new
/// command is such a file and its name in the list of commands.cpp.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace daoshm
{

struct Tool
{
    CLI::App app;
    std::function<int()> run; ///< what the command line asked for; returns the exit code
};

/// Add a command whose arguments are stored in an `Options`, which `run` gets when the command is called.
template <typename Options>
CLI::App *add_command(Tool &tool, const std::string &name, const std::string &description,
                      const std::shared_ptr<Options> &options, int (*run)(const Options &))
{
    CLI::App *command = tool.app.add_subcommand(name, description);
    command->callback([&tool, options, run] { tool.run = [options, run] { return run(*options); }; });
    return command;
}

/// The option of every command that reports.
inline void add_json_flag(CLI::App *command, bool &json)
{
    command->add_flag("--json", json, "Print JSON instead of text");
}

/// The name under which completion knows that an argument is a segment.
inline constexpr const char *segment_argument = "SEGMENT";

inline CLI::Option *add_segment_argument(CLI::App *command, std::string &segment)
{
    return command->add_option("segment", segment, "Segment: a path, or a name in the temporary folder or /dev/shm")
        ->required()
        ->type_name(segment_argument);
}

/// Of commands that only look: it may be another machine's.
inline CLI::Option *add_source_argument(CLI::App *command, std::string &segment)
{
    return add_segment_argument(command, segment)
        ->description("Segment: a path, a name in the temporary folder or /dev/shm, or HOST[:PORT]:NAME");
}

/// The option of commands that read an image from a file.
inline void add_image_option(CLI::App *command, std::string &image)
{
    command
        ->add_option("--hdu", image, "Image of a FITS file: its number, from 0, or its name; default: the first image")
        ->type_name("HDU");
}

inline void add_folder_argument(CLI::App *command, std::vector<std::string> &folders)
{
    command->add_option("folder", folders, "Folders to search; default: the temporary folder and /dev/shm");
}

/// All commands, in the order of the help.
void add_commands(Tool &tool);

}
