/// What a command says of a file that it read, on standard error.
#pragma once

#include "files/frame_file.hpp"

namespace daoshm
{

/// What the user should know of the file.
void print_notes(const FrameReader &file);
/// The keywords that the segment made from the file does not get.
void print_left_out(const FrameReader &file, const std::string &path);

}
