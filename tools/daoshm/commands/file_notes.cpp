#include "commands/file_notes.hpp"

#include <fmt/ranges.h>

#include "text/output.hpp"

namespace daoshm
{

void print_notes(const FrameReader &file)
{
    for (const std::string &note : file.notes())
        print_note(note);
}

void print_left_out(const FrameReader &file, const std::string &path)
{
    if (!file.left_out().empty())
        print_note(fmt::format("{}: keywords left out, which a segment cannot hold: {}", path,
                               fmt::join(file.left_out(), ", ")));
}

}
