/// manual: what man(1) is told of the commands.
#include "commands/commands.hpp"

#include <algorithm>

#include "commands/command_catalogue.hpp"
#include "commands/usage.hpp"
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
    (void)find_command(*options.app, options.command, "manual");
    const Catalogue catalogue = catalogue_of(*options.app);
    const auto found = std::find_if(catalogue.commands.begin(), catalogue.commands.end(),
                                    [&](const CommandEntry &command) { return command.name == options.command; });
    print(manual_page(catalogue, found != catalogue.commands.end() ? &*found : nullptr));
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
