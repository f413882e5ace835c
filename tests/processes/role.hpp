// What this program does when a test starts it as another process.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace test
{

using Arguments = std::vector<std::string>;

/** A role; one lies beside the tests that start it. The action's result is the process's exit code. */
struct Role
{
    Role(const char *name, std::function<int(const Arguments &)> action);
};

/** Runs a role; 99 when there is none of that name or it threw. */
int play(const std::string &name, const Arguments &arguments);

/** Prints a line that Child::line() gets at once. */
void say(const std::string &line);

}
