/// completion: what shells are told of the commands.
#include "commands/commands.hpp"

#include "commands/command_catalogue.hpp"
#include "text/exit_code.hpp"
#include "text/output.hpp"

namespace daoshm
{

namespace
{

struct CompletionOptions
{
    std::string shell;
    const CLI::App *app = nullptr;
};

int run_completion(const CompletionOptions &options)
{
    const Catalogue catalogue = catalogue_of(*options.app);
    const auto script = options.shell == "zsh"    ? zsh_completion
                        : options.shell == "fish" ? fish_completion
                                                  : bash_completion;
    print(script(catalogue));
    return exit_success;
}

}

void add_completion(Tool &tool)
{
    const auto options = std::make_shared<CompletionOptions>();
    options->app = &tool.app;
    CLI::App *command =
        add_command(tool, "completion", "Print a completion script for a shell", options, run_completion);
    command->add_option("shell", options->shell, "Shell")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
    command->footer("It is installed with the tool. To use it in this shell:\n"
                    "  bash, zsh:  source <(daoshm completion bash)\n"
                    "  fish:       daoshm completion fish | source");
}

}
