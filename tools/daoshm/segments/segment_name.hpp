/// From the name that a user gives to the path of a segment.
#pragma once

#include <string>

namespace daoshm
{

inline constexpr const char *segment_ending = ".im.shm";

/// The segment's path. A name without a folder that is not a file here is looked for in the usual folders, with and
/// without the ending; where none has it, the name itself comes back.
std::string find_segment(const std::string &name);

/// The path of a segment to be made: a name without a folder goes into the temporary folder, with the ending.
std::string new_segment_path(const std::string &name);

}
