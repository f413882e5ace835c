/// The tool's commands. Each lies in a file of its own and adds itself: arguments, help, and what to run.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <memory>
#include <string>

namespace daoshm
{

struct Tool
{
    CLI::App app;
    std::function<int()> run; ///< what the command line asked for; returns the exit code
};

/// Add a command whose arguments are kept in an `Options`; `run` gets them when the command is called.
template <typename Options>
CLI::App *add_command(Tool &tool, const std::string &name, const std::string &description,
                      const std::shared_ptr<Options> &options, int (*run)(const Options &))
{
    CLI::App *command = tool.app.add_subcommand(name, description);
    command->callback([&tool, options, run] { tool.run = [options, run] { return run(*options); }; });
    return command;
}

/// The option every command that reports has.
inline void add_json_flag(CLI::App *command, bool &json)
{
    command->add_flag("--json", json, "Print JSON instead of text");
}

/// The name under which completion knows that an argument is a segment.
inline constexpr const char *segment_argument = "SEGMENT";

inline CLI::Option *add_segment_argument(CLI::App *command, std::string &segment)
{
    return command
        ->add_option("segment", segment, "Segment: a path, or a name to look for in the temporary folder and /dev/shm")
        ->required()
        ->type_name(segment_argument);
}

void add_ls(Tool &tool);
void add_top(Tool &tool);
void add_info(Tool &tool);
void add_watch(Tool &tool);
void add_show(Tool &tool);
void add_create(Tool &tool);
void add_set(Tool &tool);
void add_fill(Tool &tool);
void add_rm(Tool &tool);
void add_keyword(Tool &tool);
void add_save(Tool &tool);
void add_record(Tool &tool);
void add_replay(Tool &tool);
void add_bench(Tool &tool);
void add_doctor(Tool &tool);
void add_completion(Tool &tool);
void add_camera(Tool &tool);

}
