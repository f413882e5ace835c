/// NumPy's .npy files that are read: every one that numpy.load reads without pickle and whose type segments have.
#pragma once

#include "files/frame_file.hpp"

namespace daoshm
{

std::unique_ptr<FrameReader> open_npy(const std::string &path, const std::string &image);

}
