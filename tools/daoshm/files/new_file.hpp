/// New files, written through and in place of old ones.
#pragma once

#include <string>

#include "platform/platform.hpp"

namespace daoshm
{

/// The file that a name means: a symbolic link is that to which it leads, as for cp and tee, also when that does not
/// exist yet. Throws ToolError when the link cannot be followed.
std::string file_meant(const std::string &path);

/// Is there a file of that name, and not a pipe that would be waited for?
bool is_file(const std::string &path);

/// Where a file lies until it is complete, or may have its name.
std::string unfinished_path(const std::string &path);

/// Make a file, in place of one of that name unless another process is writing it.
OutputFile create_anew(const std::string &path);

/// Make a file beside `path`, which is to be renamed to it, under a name that nothing has.
OutputFile create_beside(const std::string &path);

/// Bytes one after another into a file, in transfers of some size.
class Appender
{
  public:
    Appender(OutputFile &file, uint64_t offset) : file_(file), offset_(offset) {}
    Appender(const Appender &) = delete;
    Appender &operator=(const Appender &) = delete;

    void append(std::string_view bytes);
    /// Append `fill` until the offset is a multiple of `block_bytes`.
    void pad(uint64_t block_bytes, char fill = '\0');
    /// Write what is still in memory. @return the offset after the last byte
    uint64_t finish();

  private:
    OutputFile &file_;
    uint64_t offset_;
    std::string pending_;
};

}
