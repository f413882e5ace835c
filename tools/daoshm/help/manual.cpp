#include "help/catalogue.hpp"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "text/letters.hpp"

namespace daoshm
{

namespace
{

/// Text as troff shows it: a backslash and a leading point or quote mean something to it, a minus is a hyphen.
std::string escaped(const std::string &text)
{
    std::string result;
    bool is_line_start = true;
    for (const char letter : text)
    {
        if (is_line_start && (letter == '.' || letter == '\''))
            result += "\\&";
        if (letter == '\\')
            result += "\\e";
        else if (letter == '-')
            result += "\\-";
        else
            result += letter;
        is_line_start = letter == '\n';
    }
    return result;
}

std::string header(const Catalogue &catalogue, const std::string &name, const std::string &description)
{
    return fmt::format(".TH {} 1 \"\" \"daoShm {}\" \"daoShm\"\n.SH NAME\n{} \\- {}\n", upper_case(escaped(name)),
                       catalogue.version, escaped(name), escaped(description));
}

std::string options_section(const CommandEntry &command, bool arguments)
{
    std::string text;
    for (const OptionEntry &option : command.options)
    {
        if (option.is_argument != arguments)
            continue;
        std::vector<std::string> names;
        for (const std::string &name : option.names)
            names.push_back(fmt::format("\\fB{}\\fR", escaped(name)));
        const std::string value = option.value.empty() || arguments ? "" : " \\fI" + escaped(option.value) + "\\fR";
        std::string description = option.description;
        if (!option.choices.empty())
            description += fmt::format(".\nOne of: {}", fmt::join(option.choices, ", "));
        if (!option.default_value.empty())
            description += fmt::format(".\nDefault: {}", option.default_value);
        text += fmt::format(".TP\n{}{}\n{}\n", fmt::join(names, ", "), value, escaped(description));
    }
    return text.empty() ? "" : fmt::format(".SH {}\n{}", arguments ? "ARGUMENTS" : "OPTIONS", text);
}

/// The section that a line of the footer begins; null when it begins none.
const char *section_of(const std::string &line)
{
    if (line == "Example:" || line == "Examples:")
        return "EXAMPLES";
    return line == "Exit codes:" ? "EXIT STATUS" : nullptr;
}

/// The footer of the help: indented lines stand as they are, for their columns, others are filled.
std::string notes_sections(const std::string &footer)
{
    constexpr size_t indent = 2;
    std::string text;
    bool is_table = false;
    bool is_paragraph = false;
    std::istringstream lines(footer);
    for (std::string line; std::getline(lines, line);)
    {
        const bool is_row = line.starts_with(' ');
        if (is_row != is_table)
            text += is_row ? ".nf\n" : ".fi\n";
        is_table = is_row;
        const char *section = section_of(line);
        if (section != nullptr || text.empty())
            text += fmt::format(".SH {}\n", section != nullptr ? section : "NOTES");
        else if (is_paragraph)
            text += ".PP\n";
        is_paragraph = line.empty();
        if (section == nullptr && !line.empty())
            text += escaped(is_row ? line.substr(indent) : line) + "\n";
    }
    return text + (is_table ? ".fi\n" : "");
}

std::string synopsis(const std::string &name, const CommandEntry &command)
{
    std::string line = fmt::format("\\fB{}\\fR", escaped(name));
    if (std::any_of(command.options.begin(), command.options.end(),
                    [](const OptionEntry &option) { return !option.is_argument; }))
        line += " [\\fIOPTIONS\\fR]";
    for (const OptionEntry &option : command.options)
        if (option.is_argument)
        {
            const std::string name_text = fmt::format("\\fI{}\\fR", escaped(option.names.front()));
            line += option.is_required ? " " + name_text : " [" + name_text + "]";
        }
    return line;
}

}

std::string manual_page(const Catalogue &catalogue, const CommandEntry *command)
{
    if (command != nullptr)
        return header(catalogue, "daoshm-" + command->name, command->description) +
               fmt::format(".SH SYNOPSIS\n{}\n", synopsis("daoshm " + command->name, *command)) +
               options_section(*command, true) + options_section(*command, false) + notes_sections(command->footer) +
               ".SH SEE ALSO\n.BR daoshm (1)\n";
    std::string commands;
    for (const CommandEntry &each : catalogue.commands)
        commands += fmt::format(".TP\n.BR daoshm\\-{} (1)\n{}\n", escaped(each.name), escaped(each.description));
    return header(catalogue, "daoshm", catalogue.tool.description) +
           ".SH SYNOPSIS\n\\fBdaoshm\\fR \\fICOMMAND\\fR [\\fIOPTIONS\\fR]\n" + options_section(catalogue.tool, false) +
           ".SH COMMANDS\n" + commands + notes_sections(catalogue.tool.footer);
}

}
