/// .npy files that are written. A recording has a sidecar file, NAME.npy.json, with the records and keywords.
#pragma once

#include "files/recording_format.hpp"

namespace daoshm
{

std::unique_ptr<RecordingFormat> npy_recording_format(const FileHeader &header);
void save_npy(OutputFile &file, const FileHeader &header, const void *frame, const FrameRecord &);

}
