/// FITS files, read by cfitsio: an image of the file, and the table FRAMES where there is one.
#pragma once

#include "files/frame_file.hpp"

namespace daoshm
{

std::unique_ptr<FrameReader> open_fits(const std::string &path, const std::string &image);

}
