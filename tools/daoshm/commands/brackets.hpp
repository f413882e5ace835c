/// Words of a command line as they were typed: CLI11 takes one in brackets, such as [ab] or [a,b], for a list, {} for an empty
/// one, and a segment of that name would be other ones. So it does with the value in --option=[a,b].
#pragma once

#include <string>
#include <vector>

namespace CLI
{
class App;
}

namespace daoshm
{

/// Marks those that CLI11 must not take for lists. Without the program's name, in the order of the command line.
void mark_brackets(std::vector<std::string> &words);
/// A word of the command line without its mark.
std::string as_typed(std::string word);
/// All options of the tool take the marks off before they look at their values.
void take_marks_off(CLI::App &app);

}
