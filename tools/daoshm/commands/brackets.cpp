#include "commands/brackets.hpp"

#include <CLI/CLI.hpp>

namespace daoshm
{

namespace
{

constexpr char bracket_mark = '\x01'; // also before words that begin with it themselves

}

void mark_brackets(std::vector<std::string> &words)
{
    for (std::string &word : words)
        if (word.starts_with('[') || word.starts_with(bracket_mark))
            word.insert(word.begin(), bracket_mark);
}

std::string without_mark(std::string word)
{
    if (word.starts_with(bracket_mark))
        word.erase(0, 1);
    return word;
}

void take_marks_off(CLI::App &app)
{
    for (CLI::Option *option : app.get_options())
        option->transform(CLI::Validator(
            [](std::string &value) {
                value = without_mark(std::move(value));
                return std::string();
            },
            ""));
    for (CLI::App *command : app.get_subcommands([](const CLI::App *) { return true; }))
        take_marks_off(*command);
}

}
