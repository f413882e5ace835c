/// Frames in files, in the format of the file's ending: what save and record write, set and replay read. A new format
/// is a line in the table of frame_file.cpp, and the functions named there in files of their own.
#pragma once

#include <daoShm.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "frame/geometry.hpp"
#include "frame/times.hpp"

namespace daoshm
{

/// The description of a frame.
struct FrameRecord
{
    uint64_t cnt0 = 0;
    uint64_t cnt2 = 0;
    int64_t atime_ns = 0;
    uint64_t missed = 0; ///< frames lost just before this one
};

/// Of a frame that was read.
inline FrameRecord record_of(const Dao::ReadResult &frame)
{
    return {frame.cnt0, frame.cnt2, acquired_ns(frame), frame.missed};
}

/// The description of the segment that a file came from.
struct FileHeader
{
    Geometry geometry; ///< of one frame when writing, of all data in the file when reading
    std::string segment;
    std::vector<Dao::Keyword> keywords;
};

/// Writes frame after frame. After a call that throws, finish() still makes a valid file of the frames appended before.
class FrameWriter
{
  public:
    virtual ~FrameWriter() = default;
    virtual void append(const void *frame, const FrameRecord &record) = 0;
    /// Complete the file with as many frames as were appended.
    virtual void finish() = 0;
    /// The files that it writes, for the report.
    virtual std::vector<std::string> paths() const = 0;
};

/// Throws when no format has the ending of `path`, a usage error, and when the file exists, unless it may be
/// overwritten.
void check_destination(const std::string &path, bool may_overwrite);

/// A file of many frames, with one more axis than the frame (the first) and a record for each frame.
std::unique_ptr<FrameWriter> create_recording(const std::string &path, const FileHeader &header);

/// One frame in a file of the frame's own shape. Written beside the name and renamed, so that it is whole or absent.
void save_frame(const std::string &path, const FileHeader &header, const void *frame, const FrameRecord &record);

/// Reads any .npy or FITS image of a type that segments have.
class FrameReader
{
  public:
    virtual ~FrameReader() = default;
    const FileHeader &header() const { return header_; }
    /// One for each frame when the file is a recording, else empty.
    const std::vector<FrameRecord> &records() const { return records_; }
    /// Copy `count` elements from element `first` on.
    virtual void read(uint64_t first, uint64_t count, void *destination) = 0;

  protected:
    FileHeader header_;
    std::vector<FrameRecord> records_;
};

std::unique_ptr<FrameReader> open_frames(const std::string &path);

/// Free bytes in the file system of `path`, less a small reserve; UINT64_MAX when unknown.
uint64_t free_bytes(const std::string &path);

/// Throws unless that many are free.
void require_space(const std::string &path, uint64_t bytes);

}
