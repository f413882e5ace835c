/// From the name that a user gives to the path of a segment.
#pragma once

#include <optional>
#include <string>

namespace daoshm
{

inline constexpr const char *segment_ending = ".im.shm";

/// The path of the segment that the name means, as it is or with the ending: the path itself; for a name without a
/// folder the working folder, then the usual folders. What is a segment is preferred to a file that is only named like
/// one, and that to nothing: other files and folders are not segments. Throws a usage error for a name that is empty.
std::optional<std::string> existing_segment(const std::string &name);

/// The same; where there is none, a path for opening it to say why.
std::string find_segment(const std::string &name);

/// The path of a segment to be made: a name without a folder goes into the temporary folder, with the ending. Throws a
/// usage error for a name that is empty.
std::string new_segment_path(const std::string &name);

}
