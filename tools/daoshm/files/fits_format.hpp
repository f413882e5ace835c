/// FITS files that are written: one frame, or a cube with a table FRAMES of one row a frame.
#pragma once

#include "files/recording_format.hpp"

namespace daoshm
{

std::unique_ptr<RecordingFormat> fits_recording_format(const FileHeader &header);
void save_fits(OutputFile &file, const FileHeader &header, const void *frame, const FrameRecord &record);

}
