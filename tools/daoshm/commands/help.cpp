/// help: what --help says, asked for in the other way.
#include "commands/commands.hpp"

#include "commands/usage.hpp"
#include "terminal/fitting.hpp"
#include "text/exit_code.hpp"
#include "text/output.hpp"

namespace daoshm
{

namespace
{

struct HelpOptions
{
    std::string command; ///< empty: daoshm itself
    const CLI::App *app = nullptr;
};

/// Not CLI::App::help(), which tells of the command that was given: of this one.
std::string help_of(const CLI::App &command, const std::string &name)
{
    return command.get_formatter()->make_help(&command, name, CLI::AppFormatMode::Normal);
}

int run_help(const HelpOptions &options)
{
    const CLI::App *command = find_command(*options.app, options.command, "help");
    const std::string text =
        command == nullptr ? help_of(*options.app, "daoshm") : help_of(*command, "daoshm " + options.command);
    print(fitted_help(text, output_columns()));
    return exit_success;
}

}

void add_help(Tool &tool)
{
    const auto options = std::make_shared<HelpOptions>();
    options->app = &tool.app;
    CLI::App *command = add_command(tool, "help", "Print the help of a command", options, run_help);
    command->add_option("command", options->command, "Command; default: daoshm itself")->type_name("COMMAND");
    command->footer("The same as daoshm COMMAND --help.\n\nExample:\n  daoshm help record");
}

}
