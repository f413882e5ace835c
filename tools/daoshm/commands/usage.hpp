/// What is wrong with a command line, as all messages of the tool say it.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace daoshm
{

/// `app` after it threw the error.
std::string usage_problem(const CLI::App &app, const CLI::ParseError &error);

}
