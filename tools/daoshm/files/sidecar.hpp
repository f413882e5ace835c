/// The file beside a .npy recording, NAME.npy.json: where it came from, and what is known of each frame.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "files/frame_file.hpp"
#include "files/new_file.hpp"

namespace daoshm
{

struct Sidecar
{
    FileHeader header; ///< its geometry is that of one frame
    std::vector<FrameRecord> records;
};

std::string sidecar_path(const std::string &recording);
/// At most that many bytes has that of a recording of so many frames.
uint64_t sidecar_bytes(const FileHeader &header, uint64_t frames);
void write_sidecar(const FileHeader &header, const Records &records, Appender &file);
/// Nothing when there is no file of that name or it is something else; `note` says what.
std::optional<Sidecar> read_sidecar(const std::string &recording, std::string &note);

}
