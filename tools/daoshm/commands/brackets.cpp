#include "commands/brackets.hpp"

#include <string_view>

#include <CLI/CLI.hpp>

namespace daoshm
{

namespace
{

constexpr char bracket_mark = '\x01';
constexpr std::string_view list_begins = "[{\x01"; // the mark, too, so that it may be a word's own

/// Where the value begins in a word before "--", as CLI11 sees it: after the name of an option, or at once.
size_t value_begin(const std::string &word)
{
    if (word.starts_with("--"))
        return word.find('=') == std::string::npos ? word.size() : word.find('=') + 1;
    const bool is_option =
        word.size() > 1 && word[0] == '-' && std::string_view("0123456789! \n").find(word[1]) == std::string_view::npos;
    return is_option ? 2 : 0; // "-1" is a number
}

}

void mark_brackets(std::vector<std::string> &words)
{
    bool may_be_option = true;
    for (std::string &word : words)
    {
        const size_t begin = may_be_option ? value_begin(word) : 0;
        may_be_option = may_be_option && word != "--";
        if (begin < word.size() && list_begins.find(word[begin]) != std::string_view::npos)
            word.insert(begin, 1, bracket_mark);
    }
}

std::string as_typed(std::string word)
{
    const size_t begin = value_begin(word);
    if (begin < word.size() && word[begin] == bracket_mark)
        word.erase(begin, 1);
    return word;
}

void take_marks_off(CLI::App &app)
{
    for (CLI::Option *option : app.get_options())
        option->transform(CLI::Validator(
            [](std::string &value) {
                if (value.starts_with(bracket_mark))
                    value.erase(0, 1);
                return std::string();
            },
            ""));
    for (CLI::App *command : app.get_subcommands([](const CLI::App *) { return true; }))
        take_marks_off(*command);
}

}
