/// completion: a completion script made from the commands themselves, so that it cannot go stale.
#include "commands/commands.hpp"

#include <cstdio>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "text/exit_code.hpp"

namespace daoshm
{

namespace
{

struct CompletionOptions
{
    std::string shell;
    const CLI::App *app = nullptr;
};

std::vector<std::string> option_names(const CLI::App &command)
{
    std::vector<std::string> names;
    for (const CLI::Option *option : command.get_options())
    {
        for (const std::string &name : option->get_lnames())
            names.push_back("--" + name);
        for (const std::string &name : option->get_snames())
            names.push_back("-" + name);
    }
    return names;
}

/// The values that an option takes: those of a check such as "{linear,log}", or nothing.
std::string choices(const CLI::Option &option)
{
    const std::string type = option.get_type_name();
    const size_t begin = type.find('{');
    const size_t end = type.find('}');
    if (begin == std::string::npos || end == std::string::npos)
        return "";
    std::string words = type.substr(begin + 1, end - begin - 1);
    std::replace(words.begin(), words.end(), ',', ' ');
    return words;
}

/// A case for each option that takes a value: its choices, or files.
std::string option_cases(const CLI::App &command)
{
    std::string text;
    for (const CLI::Option *option : command.get_options())
    {
        if (option->get_positional() || option->get_items_expected_max() == 0)
            continue;
        std::vector<std::string> patterns;
        for (const std::string &name : option->get_lnames())
            patterns.push_back("--" + name);
        for (const std::string &name : option->get_snames())
            patterns.push_back("-" + name);
        const std::string words = choices(*option);
        if (!patterns.empty() && !words.empty())
            text += fmt::format("                {}) COMPREPLY=($(compgen -W '{}' -- \"$current\")); return ;;\n",
                                fmt::join(patterns, "|"), words);
    }
    return text;
}

/// What the command's arguments may be: choices and, where one of them is a segment, those there are.
std::string positional_words(const CLI::App &command)
{
    std::string words;
    for (const CLI::Option *option : command.get_options())
    {
        if (!option->get_positional())
            continue;
        if (option->get_type_name().starts_with(segment_argument))
            words += R"($(daoshm ls --names 2>/dev/null | sed 's/\\/&&/g') )"; // compgen takes backslashes away
        else if (const std::string found = choices(*option); !found.empty())
            words += found + " ";
    }
    return words;
}

std::string bash_script(const CLI::App &app)
{
    std::vector<std::string> names;
    std::string cases;
    for (const CLI::App *command : app.get_subcommands([](const CLI::App *) { return true; }))
    {
        names.push_back(command->get_name());
        cases += fmt::format("        {})\n            case \"$previous\" in\n{}            esac\n"
                             "            words=\"{}\"\n            arguments=\"{}\"\n            ;;\n",
                             command->get_name(), option_cases(*command), fmt::join(option_names(*command), " "),
                             positional_words(*command));
    }
    return fmt::format(
        "# bash completion for daoshm; made by: daoshm completion bash\n"
        "_daoshm()\n{{\n"
        "    local current=\"${{COMP_WORDS[COMP_CWORD]}}\" previous=\"${{COMP_WORDS[COMP_CWORD-1]}}\"\n"
        "    local words arguments\n"
        "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
        "        COMPREPLY=($(compgen -W \"{} {}\" -- \"$current\"))\n        return\n    fi\n"
        "    case \"${{COMP_WORDS[1]}}\" in\n{}    esac\n"
        "    if [[ \"$current\" == -* ]]; then\n"
        "        COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n    else\n"
        "        COMPREPLY=($(compgen -W \"$arguments\" -- \"$current\") $(compgen -f -- \"$current\"))\n"
        "    fi\n}}\ncomplete -o filenames -F _daoshm daoshm\n",
        fmt::join(names, " "), fmt::join(option_names(app), " "), cases);
}

int run_completion(const CompletionOptions &options)
{
    std::fputs(bash_script(*options.app).c_str(), stdout);
    return exit_success;
}

}

void add_completion(Tool &tool)
{
    const auto options = std::make_shared<CompletionOptions>();
    options->app = &tool.app;
    CLI::App *command =
        add_command(tool, "completion", "Print a completion script for a shell", options, run_completion);
    command->add_option("shell", options->shell, "Shell")->required()->check(CLI::IsMember({"bash"}));
    command->footer("Installed with the tool. To try it at once:\n  source <(daoshm completion bash)");
}

}
