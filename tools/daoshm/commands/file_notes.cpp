#include "commands/file_notes.hpp"

#include <cstdio>

#include <fmt/ranges.h>

namespace daoshm
{

void print_notes(const FrameReader &file)
{
    for (const std::string &note : file.notes())
        std::fputs(fmt::format("daoshm: {}\n", note).c_str(), stderr);
}

void print_left_out(const FrameReader &file, const std::string &path)
{
    if (!file.left_out().empty())
        std::fputs(fmt::format("daoshm: {}: keywords left out, which a segment cannot hold: {}\n", path,
                               fmt::join(file.left_out(), ", "))
                       .c_str(),
                   stderr);
}

}
