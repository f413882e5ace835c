/// FITS files, written by cfitsio: one frame, or a cube with a table FRAMES of one row a frame.
#pragma once

#include "files/frame_file.hpp"

namespace daoshm
{

std::unique_ptr<FrameWriter> create_fits_recording(const std::string &path, const FileHeader &header);
void save_fits(const std::string &path, const FileHeader &header, const void *frame, const FrameRecord &record);

}
