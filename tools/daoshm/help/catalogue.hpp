/// What the commands and their options are, as plain data: completion scripts and manual pages are made of it.
#pragma once

#include <string>
#include <vector>

namespace daoshm
{

struct OptionEntry
{
    std::vector<std::string> names; ///< with their dashes; one without for an argument
    std::string description;
    std::string value;                ///< the name of its value in the help; empty for a flag
    std::vector<std::string> choices; ///< the values that it accepts; empty when it accepts any
    std::string default_value;        ///< empty where there is none, or the description says it
    bool is_argument = false;
    bool is_segment = false;
    bool is_required = false;
};

struct CommandEntry
{
    std::string name;
    std::string description;
    std::string footer;
    std::vector<OptionEntry> options;
};

struct Catalogue
{
    CommandEntry tool; ///< what holds for the program itself
    std::vector<CommandEntry> commands;
    std::string version;
};

std::string bash_completion(const Catalogue &catalogue);
std::string zsh_completion(const Catalogue &catalogue);
std::string fish_completion(const Catalogue &catalogue);

/// A manual page, in the language of man(7): of one command, or of the tool when null.
std::string manual_page(const Catalogue &catalogue, const CommandEntry *command);

/// How a shell lists the segments that a bare name finds, by these names: one line each.
inline constexpr const char *list_segments = R"(daoshm ls --names 2>/dev/null | sed 's|.*/||; s|\.im\.shm$||')";

}
