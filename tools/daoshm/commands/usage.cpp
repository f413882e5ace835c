#include "commands/usage.hpp"

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "commands/brackets.hpp"
#include "terminal/fitting.hpp"
#include "text/exit_code.hpp"

namespace daoshm
{

namespace
{

/// The command that was given, or `app`.
const CLI::App *command_of(const CLI::App *app)
{
    const std::vector<CLI::App *> commands = app->get_subcommands();
    return commands.empty() ? app : commands.front();
}

/// The words that nothing takes, what explains the others first: a command, else an option, for what follows it may be its
/// value.
std::vector<std::string> unknown_words(const CLI::App &app, bool has_command)
{
    std::vector<std::string> words = app.remaining(true);
    std::transform(words.begin(), words.end(), words.begin(), as_typed);
    std::stable_partition(words.begin(), words.end(),
                          [&](const std::string &word) { return word.starts_with('-') == has_command; });
    return words;
}

std::string unknown_text(const CLI::App &app, const CLI::App &command, const std::string &word)
{
    if (&command == &app && !word.starts_with('-'))
        return fmt::format("'{}': no such command; expected one of daoshm --help", word);
    const std::string name = &command == &app ? "daoshm" : "daoshm " + command.get_name();
    if (word.starts_with('-'))
        return fmt::format("'{}': no such option; expected one of {} --help", word, name);
    return fmt::format("'{}': one argument too many; expected those of {} --help", word, name);
}

/// CLI11 says "NAME: VALUE not in {A,B}" of a value that is none of some.
std::string with_choices(const std::string &text)
{
    constexpr std::string_view separator = " not in {";
    const size_t place = text.find(separator);
    const size_t value = text.find(": ");
    if (place == std::string::npos || value == std::string::npos || value > place || !text.ends_with('}'))
        return text;
    std::string choices;
    for (const char character : text.substr(place + separator.size(), text.size() - place - separator.size() - 1))
        choices += character == ',' ? std::string(", ") : std::string(1, character);
    return fmt::format("{}: '{}'; expected one of {}", text.substr(0, value), text.substr(value + 2, place - value - 2),
                       choices);
}

bool is_prose(const std::string &line)
{
    return !line.empty() && line.front() != ' ';
}

/// Where the second column of "  --name VALUE    description" begins, and the first of other lines.
size_t description_column(const std::string &line)
{
    const size_t first = line.find_first_not_of(' ');
    const size_t gap = first == 0 ? std::string::npos : line.find("  ", first);
    return std::min(line.find_first_not_of(' ', gap == std::string::npos ? 0 : gap), line.size());
}

std::string value_count_text(const CLI::App &command, const std::string &name)
{
    const CLI::Option *option = command.get_option_no_throw(name);
    const int values = option != nullptr ? option->get_items_expected_min() : 1;
    if (option != nullptr && option->count() > static_cast<size_t>(option->get_items_expected_max()))
        return fmt::format("{}: {} values; expected {}", name, option->count(), values);
    return values < 2
               ? fmt::format("{}: without its value; expected as daoshm {} --help says", name, command.get_name())
               : fmt::format("{}: too few values; expected {}", name, values);
}

std::string missing_text(const CLI::App &app, const CLI::App &command, const std::string &text)
{
    if (&command == &app)
        return "no command; expected one of daoshm --help";
    constexpr std::string_view required = " is required";
    const std::string thing = text.ends_with(required) ? text.substr(0, text.size() - required.size()) : text;
    return fmt::format("{}: not given; expected as daoshm {} --help says", thing, command.get_name());
}

}

void refuse_empty_names(CLI::App &app)
{
    constexpr auto problem_of = [](const std::string &value) {
        return value.empty() ? "''; expected a name, or the option left out" : "";
    };
    constexpr std::array<std::string_view, 2> texts = {"--comment", "--filter"};
    for (CLI::Option *option : app.get_options())
        if (!option->get_positional() && std::ranges::find(texts, option->get_name()) == texts.end())
            option->check(problem_of);
    for (CLI::App *command : app.get_subcommands([](const CLI::App *) { return true; }))
        refuse_empty_names(*command);
}

const CLI::App *find_command(const CLI::App &app, const std::string &name, const std::string &asker)
{
    if (name.empty())
        return nullptr;
    const auto found = app.get_subcommands([&](const CLI::App *command) { return command->get_name() == name; });
    if (found.empty())
        throw ToolError(fmt::format("{}: '{}': no such command; expected one of daoshm --help", asker, name),
                        exit_usage);
    return found.front();
}

std::string fitted_help(const std::string &text, size_t columns)
{
    std::istringstream lines(text);
    std::string result;
    std::string line;
    std::string next;
    for (bool has_line = static_cast<bool>(std::getline(lines, line)); has_line; line = next)
    {
        while ((has_line = static_cast<bool>(std::getline(lines, next))) && line.size() > columns && is_prose(line) &&
               is_prose(next))
            line += " " + next;
        result += wrapped(line, columns, description_column(line));
    }
    return result;
}

std::string usage_problem(const CLI::App &app, const CLI::ParseError &error)
{
    const CLI::App &command = *command_of(&app);
    const std::string text = error.what();
    const bool is_missing = dynamic_cast<const CLI::RequiredError *>(&error) != nullptr;
    const bool is_unknown = is_missing || dynamic_cast<const CLI::ExtrasError *>(&error) != nullptr;
    const std::vector<std::string> words = unknown_words(app, &command != &app);
    if (!words.empty() && (is_unknown || words.front().starts_with('-'))) // an option's value may be what is wrong
        return unknown_text(app, command, words.front());
    if (is_missing)
        return missing_text(app, command, text);
    if (dynamic_cast<const CLI::ArgumentMismatch *>(&error) != nullptr)
        return value_count_text(command, text.substr(0, text.find(": ")));
    const std::string problem = with_choices(text);
    return problem.find("expected") != std::string::npos
               ? problem
               : fmt::format("{}; expected as daoshm {} --help says", problem, command.get_name());
}

}
