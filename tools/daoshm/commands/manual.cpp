/// manual: what man(1) is told of the commands.
#include "commands/commands.hpp"

#include <fmt/format.h>

#include "commands/command_catalogue.hpp"
#include "text/exit_code.hpp"
#include "text/output.hpp"

namespace daoshm
{

namespace
{

struct ManualOptions
{
    std::string command; ///< empty: daoshm itself
    const CLI::App *app = nullptr;
};

int run_manual(const ManualOptions &options)
{
    const Catalogue catalogue = catalogue_of(*options.app);
    const CommandEntry *found = nullptr;
    for (const CommandEntry &command : catalogue.commands)
        if (command.name == options.command)
            found = &command;
    if (found == nullptr && !options.command.empty())
        throw ToolError(fmt::format("manual: '{}': no such command; expected one of daoshm --help", options.command),
                        exit_usage);
    print(manual_page(catalogue, found));
    return exit_success;
}

}

void add_manual(Tool &tool)
{
    const auto options = std::make_shared<ManualOptions>();
    options->app = &tool.app;
    CLI::App *command = add_command(tool, "manual", "Print a manual page", options, run_manual);
    command->add_option("command", options->command, "Command; default: daoshm itself")->type_name("COMMAND");
    command->footer("They are installed with the tool.\n\nExample:\n  daoshm manual record | man -l -");
}

}
