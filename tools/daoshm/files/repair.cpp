#include "files/repair.hpp"

#include <filesystem>
#include <optional>

#include <fmt/format.h>

#include "files/journal.hpp"
#include "files/recording_files.hpp"
#include "platform/platform.hpp"
#include "text/exit_code.hpp"

namespace daoshm
{

namespace
{

/// Goes through the frames and moves those that are whole together.
class Survey
{
  public:
    Survey(const std::string &path, bool cuts_changed)
        : files_(path), frame_(files_.largest_frame_bytes()), cuts_changed_(cuts_changed)
    {
    }

    RepairResult run(const RepairProgress &progress)
    {
        const std::vector<std::optional<JournalRow>> rows = files_.journal().content().rows;
        for (uint64_t place = 0; place < rows.size(); ++place)
        {
            progress(place, rows.size());
            if (!rows[place] || rows[place]->sequence < next_sequence_)
                continue;
            const RecordingFiles::Found found = files_.read_frame(place, frame_.data(), rows[place]->record.checksum);
            if (found == RecordingFiles::Found::recorded)
                keep(place, *rows[place]);
            else if (found == RecordingFiles::Found::other)
                pass_over(place);
        }
        if (records_.empty() && !rows.empty() && (has_changed_ || !files_.is_as_begun()))
            throw changed("not one frame of it is what was recorded");
        if (!rows.empty() && rows.back() && rows.back()->sequence >= next_sequence_)
            result_.lost += rows.back()->sequence - next_sequence_ + 1;
        files_.complete(summary_of(records_), records_in(records_));
        result_.frames = records_.size();
        result_.paths = records_.empty() ? std::vector<std::string>() : files_.paths();
        return result_;
    }

  private:
    ToolError changed(const std::string &what) const
    {
        return ToolError(fmt::format("{}: {}: the file was changed since, or is damaged; expected it as recorded; to "
                                     "keep it as it is, remove {}",
                                     files_.path(), what, journal_path(files_.path())));
    }

    /// Nothing has moved by then unless the user wants that: a frame that the header tells of was on the disk.
    void pass_over(uint64_t place)
    {
        if (!cuts_changed_ && place < files_.synced_frames())
            throw changed(
                fmt::format("frame {} had reached the disk and is not what was recorded; --force cuts it out, and "
                            "all others like it",
                            place));
        has_changed_ = true;
    }

    /// The frame is written before its row: killed between them, the next repair finds it at its old place. The row stays
    /// as it was recorded: the next repair counts the lost ones anew.
    void keep(uint64_t place, JournalRow row)
    {
        const uint64_t lost = row.sequence - next_sequence_;
        next_sequence_ = row.sequence + 1;
        result_.lost += lost;
        if (place != records_.size())
            files_.write_frame(records_.size(), frame_.data(), row);
        if (!records_.empty())
            row.record.missed += lost;
        records_.push_back(row.record);
    }

    RecordingFiles files_;
    std::vector<std::byte> frame_;
    bool cuts_changed_;
    bool has_changed_ = false;
    std::vector<FrameRecord> records_;
    uint64_t next_sequence_ = 0;
    RepairResult result_;
};

/// Killed, or without memory, before its journal said anything. Throws while the recorder lives, and where there is a file:
/// it may be an older recording, or one whose journal was lost.
bool has_nothing(const std::string &path)
{
    if (!needs_repair(path) || OutputFile::open(journal_path(path)).size_bytes() > 0)
        return false;
    if (std::filesystem::exists(path_of(path)))
        throw ToolError(
            fmt::format("{}: cannot repair it: its journal is empty; expected what it says of the frames; if {} "
                        "is complete, as an older recording may be, remove {}",
                        path, path, journal_path(path)));
    return true;
}

}

bool needs_repair(const std::string &path)
{
    return std::filesystem::exists(path_of(journal_path(path)));
}

RepairResult repair_recording(const std::string &path, const RepairProgress &progress, bool cuts_changed)
{
    if (has_nothing(path))
    {
        std::filesystem::remove(path_of(journal_path(path)));
        return {};
    }
    return Survey(path, cuts_changed).run(progress);
}

}
