/// NumPy's .npy files. A recording has a sidecar file, NAME.npy.json, with the records and keywords.
#pragma once

#include "files/frame_file.hpp"

namespace daoshm
{

std::unique_ptr<FrameWriter> create_npy_recording(const std::string &path, const FileHeader &header);
void save_npy(const std::string &path, const FileHeader &header, const void *frame, const FrameRecord &);
std::unique_ptr<FrameReader> open_npy(const std::string &path);

}
