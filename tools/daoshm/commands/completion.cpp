/// completion and manual: what shells and man(1) are told of the commands, made from the commands themselves.
#include "commands/commands.hpp"

#include <dao.h>
#include <fmt/format.h>

#include "help/catalogue.hpp"
#include "text/exit_code.hpp"
#include "text/output.hpp"

namespace daoshm
{

namespace
{

struct HelpOptions
{
    std::string what;
    const CLI::App *app = nullptr;
};

/// The values that an option accepts, from a check such as "{linear,log}"; empty when it accepts any.
std::vector<std::string> choices(const std::string &type)
{
    const size_t begin = type.find('{');
    const size_t end = type.find('}');
    if (begin == std::string::npos || end == std::string::npos)
        return {};
    return CLI::detail::split(type.substr(begin + 1, end - begin - 1), ',');
}

OptionEntry entry_of(const CLI::Option &option)
{
    OptionEntry entry;
    entry.is_argument = option.get_positional();
    entry.is_required = option.get_required();
    entry.description = option.get_description();
    for (const std::string &name : option.get_snames())
        entry.names.push_back("-" + name);
    for (const std::string &name : option.get_lnames())
        entry.names.push_back("--" + name);
    if (entry.is_argument)
        entry.names = {option.get_name(true)};
    const std::string type = option.get_type_name();
    entry.choices = choices(type);
    entry.is_segment = type.starts_with(segment_argument);
    if (option.get_items_expected_max() > 0)
        entry.value = entry.choices.empty() ? type : "VALUE";
    return entry;
}

CommandEntry entry_of(const CLI::App &command)
{
    CommandEntry entry{command.get_name(), command.get_description(), command.get_footer(), {}};
    for (const CLI::Option *option : command.get_options())
        entry.options.push_back(entry_of(*option));
    return entry;
}

Catalogue catalogue_of(const CLI::App &app)
{
    Catalogue catalogue{entry_of(app), {}, daoVersion()};
    for (const CLI::App *command : app.get_subcommands([](const CLI::App *) { return true; }))
        catalogue.commands.push_back(entry_of(*command));
    return catalogue;
}

int run_completion(const HelpOptions &options)
{
    const Catalogue catalogue = catalogue_of(*options.app);
    const auto script = options.what == "zsh"    ? zsh_completion
                        : options.what == "fish" ? fish_completion
                                                 : bash_completion;
    print(script(catalogue));
    return exit_success;
}

int run_manual(const HelpOptions &options)
{
    const Catalogue catalogue = catalogue_of(*options.app);
    const CommandEntry *found = nullptr;
    for (const CommandEntry &command : catalogue.commands)
        if (command.name == options.what)
            found = &command;
    if (found == nullptr && !options.what.empty())
        throw ToolError(fmt::format("manual: '{}': no such command; expected one of daoshm --help", options.what),
                        exit_usage);
    print(manual_page(catalogue, found));
    return exit_success;
}

}

void add_completion(Tool &tool)
{
    const auto options = std::make_shared<HelpOptions>();
    options->app = &tool.app;
    CLI::App *command =
        add_command(tool, "completion", "Print a completion script for a shell", options, run_completion);
    command->add_option("shell", options->what, "Shell")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
    command->footer("It is installed with the tool. To use it in this shell:\n"
                    "  bash, zsh:  source <(daoshm completion bash)\n"
                    "  fish:       daoshm completion fish | source");
}

void add_manual(Tool &tool)
{
    const auto options = std::make_shared<HelpOptions>();
    options->app = &tool.app;
    CLI::App *command = add_command(tool, "manual", "Print a manual page", options, run_manual);
    command->add_option("command", options->what, "Command; default: daoshm itself")->type_name("COMMAND");
    command->footer("They are installed with the tool.\n\nExample:\n  daoshm manual record | man -l -");
}

}
