/// What is wrong with a command line, as all messages of the tool say it.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace daoshm
{

/// No option takes the empty name of a file, a key, an address: it comes from a variable of the shell that is not set, and
/// would count as no option at all, `--keys` too. Text may be empty.
void refuse_empty_names(CLI::App &app);

/// `app` after it threw the error.
std::string usage_problem(const CLI::App &app, const CLI::ParseError &error);

/// The command of that name, for the command `asker` that was given it; null for no name, which is daoshm itself.
const CLI::App *find_command(const CLI::App &app, const std::string &name, const std::string &asker);

/// The text of a help on a terminal that is so wide: no word is broken, and descriptions stay in their column.
std::string fitted_help(const std::string &text, size_t columns);

}
