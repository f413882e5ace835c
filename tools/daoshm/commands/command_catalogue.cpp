#include "commands/command_catalogue.hpp"

#include <dao.h>

namespace daoshm
{

namespace
{

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
    entry.default_value = option.get_default_str();
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

}

Catalogue catalogue_of(const CLI::App &app)
{
    Catalogue catalogue{entry_of(app), {}, daoVersion()};
    for (const CLI::App *command : app.get_subcommands([](const CLI::App *) { return true; }))
        catalogue.commands.push_back(entry_of(*command));
    return catalogue;
}

}
