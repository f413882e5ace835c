/// What the formats of recordings differ in. A file is a header of constant length, then the frames one after another;
/// what is known of each frame follows behind them, or lies in a file of its own.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "files/frame_file.hpp"
#include "files/new_file.hpp"

namespace daoshm
{

class RecordingFormat
{
  public:
    virtual ~RecordingFormat() = default;
    virtual std::string header(const FramesSummary &summary) const = 0;
    /// How many frames a header tells of, of which `found` may be only the beginning; nothing when it is not one of these.
    virtual std::optional<uint64_t> frames_in(const std::string &found) const = 0;
    /// The bytes of a frame in the file, until the next call; as many as in the segment.
    virtual const std::byte *encode(const std::byte *frame) = 0;
    /// From the bytes in the file back to those in the segment, in place.
    virtual void decode(std::byte *frame) const = 0;
    /// The name of the file for the records; the recording's own when they follow its frames.
    virtual std::string records_path(const std::string &recording) const = 0;
    /// At most that many bytes are the records of `frames` frames.
    virtual uint64_t records_bytes(uint64_t frames) const = 0;
    virtual void write_records(uint64_t frames, const Records &records, Appender &file) const = 0;
};

/// The format that the ending of `path` names.
std::unique_ptr<RecordingFormat> recording_format(const std::string &path, const FileHeader &header);

}
