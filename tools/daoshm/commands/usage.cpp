#include "commands/usage.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include <fmt/format.h>

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

std::string missing_text(const CLI::App &app, const CLI::App &command, const std::string &text)
{
    if (&command == &app)
        return "no command; expected one of daoshm --help";
    constexpr std::string_view required = " is required";
    const std::string thing = text.ends_with(required) ? text.substr(0, text.size() - required.size()) : text;
    return fmt::format("{}: not given; expected as daoshm {} --help says", thing, command.get_name());
}

}

std::string usage_problem(const CLI::App &app, const CLI::ParseError &error)
{
    const CLI::App &command = *command_of(&app);
    const std::string text = error.what();
    const bool is_missing = dynamic_cast<const CLI::RequiredError *>(&error) != nullptr;
    const bool is_unknown = is_missing || dynamic_cast<const CLI::ExtrasError *>(&error) != nullptr;
    if (const std::vector<std::string> words = unknown_words(app, &command != &app); is_unknown && !words.empty())
        return unknown_text(app, command, words.front());
    if (is_missing)
        return missing_text(app, command, text);
    if (dynamic_cast<const CLI::ArgumentMismatch *>(&error) != nullptr)
        return fmt::format("{}: without its value; expected as daoshm {} --help says", text.substr(0, text.find(": ")),
                           command.get_name());
    const std::string problem = with_choices(text);
    return problem.find("expected") != std::string::npos
               ? problem
               : fmt::format("{}; expected as daoshm {} --help says", problem, command.get_name());
}

}
