/// What is wrong with a command line, as all messages of the tool say it.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace daoshm
{

/// `app` after it threw the error.
std::string usage_problem(const CLI::App &app, const CLI::ParseError &error);

/// The text of a help on a terminal that is so wide: no word is broken, and descriptions stay in their column.
std::string fitted_help(const std::string &text, size_t columns);

}
