/// Segments as the commands use them: Dao::Image, opened by the names that users give.
#pragma once

#include <daoShm.hpp>

#include <cstddef>
#include <string>
#include <vector>

#include "frame/geometry.hpp"
#include "text/exit_code.hpp"

namespace daoshm
{

/// Room for keywords in a new segment, beside those that it starts with.
inline constexpr uint32_t usual_keyword_room = 16;

/// The message of this thread's last call of the library. The library names the copy of a segment on another machine; this, the
/// address that the user gave.
std::string last_problem(const Dao::Image &segment);
/// What that call, which ended with the condition `status`, means for the tool: the message, and the exit code.
ToolError error_of(const Dao::Image &segment, int_fast8_t status);

/// Changes nothing in the segment and is not listed among its readers. HOST[:PORT]:SEGMENT, where no file has that name,
/// is a private copy of a segment on another machine, kept up to date with the newest frame; a command opens one at most.
Dao::Image open_read_only(const std::string &name);
/// The same, but woken by each frame as readers are, and listed among them, where this user may write.
Dao::Image open_woken(const std::string &name);
/// Listed among the readers. A segment on another machine is copied frame by frame; `patience_ns` is how long to wait for
/// its first frame, negative: no limit.
Dao::Image open_reader(const std::string &name, int64_t patience_ns);
/// The path of a segment of this machine, as find_segment() has it. Throws for the address of one on another machine,
/// which can only be looked at.
std::string path_here(const std::string &name);
/// The path of a segment to be made, as new_segment_path() has it. Throws for the address of one on another machine,
/// which a file of that name would hide.
std::string new_path_here(const std::string &name);
/// Go on with the segment that replaced it, or with the new copy of one on another machine.
void reopen(Dao::Image &segment);
/// As users name it: its path, or HOST:PORT:SEGMENT.
std::string shown_name(const Dao::Image &segment);
/// The same with the whole path.
std::string full_name(const Dao::Image &segment);

/// Throws when this user may only read it.
Dao::Image open_writer(const std::string &name);
/// Throws when a segment cannot have that shape. @param path of the file or segment, for the message
void check_shape(const std::string &path, const Geometry &frame);
/// For frames of a file, with its keywords, and room for more. Throws when a segment cannot have that shape; when it
/// throws, nothing stays.
Dao::Image create_segment(const std::string &path, const Geometry &frame, uint32_t depth,
                          const std::vector<Dao::Keyword> &keywords);

Geometry geometry_of(const Dao::Image &segment);

/// Copy the newest frame, whole; throws when there is none. @param frame resized to the frame's bytes
Dao::ReadResult read_newest(Dao::Image &segment, std::vector<std::byte> &frame);
/// Publish one frame of the segment's own size; throws when the segment was removed or replaced.
void publish(Dao::Image &segment, const void *frame);

}
