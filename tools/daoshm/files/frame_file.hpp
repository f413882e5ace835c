/// Frames in files, in the format of the file's ending: what save and record write, set and replay read. A new format
/// is a line in the table of frame_file.cpp, and the functions named there in files of their own.
#pragma once

#include <daoShm.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
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
    uint64_t missed = 0;   ///< frames lost just before this one
    uint32_t checksum = 0; ///< CRC-32 of the frame's bytes as the segment has them; set when it is written
};

/// Of a frame that was read.
inline FrameRecord record_of(const Dao::ReadResult &frame)
{
    return {frame.cnt0, frame.cnt2, acquired_ns(frame), frame.missed};
}

/// What the header of a recording says of all frames.
struct FramesSummary
{
    uint64_t frames = 0;
    uint64_t missed = 0;
    int64_t first_ns = 0;
    int64_t last_ns = 0;

    void add(const FrameRecord &record);
};
FramesSummary summary_of(const std::vector<FrameRecord> &records);

/// Goes through the records of a recording's frames in their order, as often as it is called: those of a night are more than the
/// memory should hold.
using Records = std::function<void(const std::function<void(const FrameRecord &)> &take)>;
inline Records records_in(const std::vector<FrameRecord> &records)
{
    return [&records](const auto &take) { std::for_each(records.begin(), records.end(), take); };
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
    /// Complete the file. Without a frame there is none. Throws, after that, when frames that were appended did not
    /// reach the disk.
    virtual void finish() = 0;
    /// Of the frames that the file has.
    virtual FramesSummary summary() const = 0;
    /// The files that there are, for the report.
    virtual std::vector<std::string> paths() const = 0;
};

enum class Content
{
    one_frame,
    recording
};

/// Throws when no format that can be written has the ending of `path`, a usage error, and when the file, or one that it
/// would have beside it, exists, unless it may be overwritten.
void check_destination(const std::string &path, Content content, bool may_overwrite);

/// A file of many frames, with one more axis than the frame (the first) and a record for each frame. A file of that
/// name is replaced with the first frame.
std::unique_ptr<FrameWriter> create_recording(const std::string &path, const FileHeader &header);

/// One frame in a file of the frame's own shape. Written beside the name and renamed, so that it is whole or absent.
/// What a recording of that name left beside it is removed.
void save_frame(const std::string &path, const FileHeader &header, const void *frame, const FrameRecord &record);

/// Reads any .npy or FITS image of a type that segments have.
class FrameReader
{
  public:
    explicit FrameReader(std::string path) : path_(std::move(path)) {}
    virtual ~FrameReader() = default;
    const FileHeader &header() const { return header_; }
    /// One for each frame when the file is a recording, else empty.
    const std::vector<FrameRecord> &records() const { return records_; }
    /// What the user should know of the file.
    const std::vector<std::string> &notes() const { return notes_; }
    /// Keywords of the file that a segment cannot hold, each with the reason.
    const std::vector<std::string> &left_out() const { return left_out_; }
    /// Copy `count` elements from element `first` on. Throws when a whole frame of a recording is not what was
    /// recorded.
    void read(uint64_t first, uint64_t count, void *destination);
    /// Are there checksums of the recorder to compare the frames with?
    bool compares_checksums() const { return compares_checksums_; }
    /// Is the frame what was recorded?
    bool is_as_recorded(uint64_t frame) { return is_as_recorded(frame, records_[frame].checksum); }
    /// Of a recording that is under way or was interrupted: take the records of the frames from its journal.
    void use_journal();

  protected:
    /// Of all data in the file; throws when no 64-bit number counts them.
    uint64_t size_bytes() const;
    virtual void read_elements(uint64_t first, uint64_t count, void *destination) = 0;
    uint64_t frame_elements() const;
    bool is_as_recorded(uint64_t frame, uint32_t checksum);

    std::string path_;
    FileHeader header_;
    std::vector<FrameRecord> records_;
    bool compares_checksums_ = false;
    std::vector<std::string> notes_;
    std::vector<std::string> left_out_;
};

/// @param image which image of a FITS file: its number, 0 for the first HDU, or its EXTNAME; empty: the first image
std::unique_ptr<FrameReader> open_frames(const std::string &path, const std::string &image = "");

}
