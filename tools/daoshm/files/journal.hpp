/// The journal of a recording that is under way, NAME.journal: what must be known of its frames when the recorder is
/// killed or the power fails. A line that describes the segment, then a row of fixed size for each frame. Every part
/// carries a checksum, so that what did not reach the disk is noticed. It is removed when the recording is complete.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "files/frame_file.hpp"
#include "platform/platform.hpp"

namespace daoshm
{

std::string journal_path(const std::string &recording);

/// A row: the frame at that place of the file.
struct JournalRow
{
    uint64_t sequence; ///< the frame's number in the recording; grows from row to row
    FrameRecord record;
};

struct JournalContent
{
    FileHeader header;                           ///< its geometry is that of one frame
    std::vector<std::optional<JournalRow>> rows; ///< empty where it did not reach the disk
};

class Journal
{
  public:
    Journal() = default;
    /// Make the journal of a new recording; it begins with `header`.
    Journal(const std::string &recording, const FileHeader &header);
    /// The same while the journal of an older recording has the name, which that needs until take_name().
    static Journal create_beside_older(const std::string &recording, const FileHeader &header);
    /// The existing journal of a recording that nobody writes any more.
    explicit Journal(const std::string &recording);

    void write_row(uint64_t place, const JournalRow &row);
    void reserve(uint64_t frames);
    void sync() { file_.sync(); }
    JournalContent content() const;
    /// Calls `take` with each of the first so many rows; throws when one is damaged.
    void for_each(uint64_t rows, const std::function<void(const FrameRecord &)> &take) const;
    /// Not before take_name(), where that of an older recording has it.
    bool has_name(const std::string &recording) const { return file_.path() == journal_path(recording); }
    void take_name(const std::string &recording);
    /// The recording is complete.
    void remove();

  private:
    void begin(const FileHeader &header);

    OutputFile file_;
    uint64_t rows_start_ = 0;
};

/// What the journal of `recording` holds, without taking it over; nothing when there is none, or something else has its
/// name.
std::optional<JournalContent> read_journal(const std::string &recording);

}
