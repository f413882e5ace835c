/// The files of a recording, from the first frame until they are complete: by the recorder, or by repair after it died.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "files/journal.hpp"
#include "files/recording_format.hpp"
#include "platform/platform.hpp"

namespace daoshm
{

class RecordingFiles
{
  public:
    /// A new recording. An older one of its name, with its journal, stays as it is until the first frame is in the new one.
    RecordingFiles(const std::string &path, const FileHeader &header);
    /// One that was interrupted; throws when there is no journal, or the recorder lives.
    explicit RecordingFiles(const std::string &path);

    /// Before the first frame is written: there is room for it.
    void begin();
    /// Room for that many frames and their records, so that complete() needs no more space.
    void reserve(uint64_t frames);
    void write_frame(uint64_t place, const std::byte *frame, const JournalRow &row);
    enum class Found
    {
        recorded, ///< what was recorded
        nothing,  ///< it did not reach the disk
        other     ///< something else
    };
    /// Read a frame back.
    Found read_frame(uint64_t place, std::byte *frame, uint32_t checksum) const;
    /// Of a recording that was interrupted: how many frames had reached the disk for certain, by the header.
    uint64_t synced_frames() const { return synced_frames_; }
    /// Of a recording that was interrupted: is its file as before the first frame, with a header that tells of none?
    bool is_as_begun() const { return is_as_begun_; }
    /// Frames written before survive a power cut from now on.
    void sync();
    /// Let the header tell of the frames in the summary.
    void write_header(const FramesSummary &summary);
    /// Leave valid files of the frames in the summary, the first ones, and nothing else; no file when there are none, or when it
    /// was removed meanwhile.
    void complete(const FramesSummary &summary, const Records &records);

    const std::string &path() const { return path_; }
    /// Of the file of the frames, until complete().
    NameState name_state() const { return has_frames_ ? frames_.name_state() : NameState::kept; }
    uint64_t frame_bytes() const { return frame_bytes_; }
    /// As much as read_frame() may fill: no frame is larger than its file, whatever the journal says.
    uint64_t largest_frame_bytes() const
    {
        return frames_.is_open() ? std::min(frame_bytes_, frames_.size_bytes()) : 0;
    }
    const Journal &journal() const { return journal_; }
    std::vector<std::string> paths() const;

  private:
    void prepare(const FileHeader &header);
    void open_frames_file();
    void take_name();
    bool has_records_file() const { return records_path_ != path_; }
    uint64_t offset_of(uint64_t place) const { return header_bytes_ + place * frame_bytes_; }
    void write_records(uint64_t frames, const Records &records);
    void discard();

    std::string path_;
    Journal journal_;
    std::unique_ptr<RecordingFormat> format_;
    std::string records_path_;
    uint64_t frame_bytes_ = 0;
    uint64_t header_bytes_ = 0;
    OutputFile frames_;  ///< not open before begin() while an older one has the name, which stays until take_name()
    OutputFile records_; ///< where they have a file of their own: its unfinished state
    bool has_frames_ = false;
    bool is_name_new_ = false; ///< it has not reached the disk
    uint64_t synced_frames_ = 0;
    bool is_as_begun_ = false;
};

}
