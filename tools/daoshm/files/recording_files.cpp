#include "files/recording_files.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "files/checksum.hpp"
#include "text/exit_code.hpp"

namespace daoshm
{

namespace fs = std::filesystem;

namespace
{

/// How many frames the file tells of; nothing when it is no file of this recording's.
std::optional<uint64_t> frames_told(const OutputFile &file, const RecordingFormat &format)
{
    std::string found(std::min<uint64_t>(format.header({}).size(), file.size_bytes()), ' ');
    file.read(0, found.data(), found.size());
    const bool is_empty = found.find_first_not_of('\0') == std::string::npos; // none of it reached the disk
    return is_empty ? 0 : format.frames_in(found);
}

/// Is the whole header there, and tells of no frame? It reaches the disk before the first frame is written.
bool has_header_of_none(const OutputFile &file, const RecordingFormat &format)
{
    std::string start(format.header({}).size(), ' ');
    if (file.size_bytes() < start.size())
        return false;
    file.read(0, start.data(), start.size());
    return format.frames_in(start) == 0U;
}

/// Is there a file as it is from its creation until the first frame? Until then an older one may have the name.
bool is_without_frames(const std::string &path, const RecordingFormat &format)
{
    return fs::exists(path_of(path)) && frames_told(OutputFile::open(path), format) == 0;
}

/// Was it left by a recorder that died before take_name()? Other programs have files of that name, too.
bool is_left_unnamed(const std::string &path, const RecordingFormat &format)
try
{
    return is_file(path) && !is_being_written(path) && has_header_of_none(OutputFile::open(path), format);
}
catch (const FileError &)
{
    return false; // of another user
}

/// Where an older recording needs its journal until there is a frame of the new one, that lies beside it.
Journal new_journal(const std::string &path, const FileHeader &header)
{
    const bool is_older_needed = read_journal(path) && !is_being_written(journal_path(path));
    return is_older_needed ? Journal::create_beside_older(path, header) : Journal(path, header);
}

Journal existing_journal(const std::string &path)
{
    if (!fs::exists(path_of(journal_path(path))))
        throw ToolError(fmt::format("{}: no {} beside it; expected the journal that an interrupted recording leaves",
                                    path, journal_path(path)));
    return Journal(path);
}

}

RecordingFiles::RecordingFiles(const std::string &path, const FileHeader &header)
    : path_(path), journal_(new_journal(path, header))
{
    try
    {
        prepare(journal_.content().header); // as a repair finds it: the journal does not hold every byte of a text
        if (!fs::exists(fs::symlink_status(path_of(path))) && journal_.has_name(path))
            open_frames_file();
        if (has_records_file())
            records_ = create_anew(unfinished_path(records_path_));
        reserve(0);
        sync_folder_of(path);
    }
    catch (...)
    {
        discard();
        throw;
    }
}

RecordingFiles::RecordingFiles(const std::string &path)
    : path_(path), journal_(existing_journal(path)), has_frames_(true)
{
    const JournalContent content = journal_.content();
    prepare(content.header);
    if (!content.rows.empty() || is_without_frames(path, *format_))
        frames_ = OutputFile::open(path);
    if (frames_.is_open())
    {
        const std::optional<uint64_t> told = frames_told(frames_, *format_);
        if (!told)
            throw ToolError(fmt::format("{}: it is another file than {} tells of, or was written anew; expected the "
                                        "recording itself; to keep the file as it is, remove {}",
                                        path, journal_path(path), journal_path(path)));
        synced_frames_ = *told;
        is_as_begun_ = has_header_of_none(frames_, *format_);
    }
    if (has_records_file())
        records_ = create_anew(unfinished_path(records_path_));
}

void RecordingFiles::prepare(const FileHeader &header)
{
    format_ = recording_format(path_, header);
    records_path_ = format_->records_path(path_);
    frame_bytes_ = header.geometry.size_bytes();
    header_bytes_ = format_->header({}).size();
}

void RecordingFiles::open_frames_file()
{
    frames_ = create_anew(path_);
    reserve(0);
    write_header({});
    sync();
}

void RecordingFiles::begin()
{
    if (frames_.is_open())
        return;
    frames_ = create_beside(path_);
    reserve(1);
    write_header({});
}

void RecordingFiles::take_name()
{
    if (frames_.path() != path_)
    {
        sync();
        frames_.rename(path_);
        journal_.take_name(path_);
        is_name_new_ = true;
        // A file beside it that stays is seen to belong to other frames, and complete() replaces it.
        std::error_code error;
        if (has_records_file())
            fs::remove(path_of(records_path_), error);
    }
    has_frames_ = true;
}

void RecordingFiles::reserve(uint64_t frames)
{
    const uint64_t records_bytes = format_->records_bytes(frames);
    journal_.reserve(frames);
    if (records_.is_open())
        records_.reserve(records_bytes);
    if (frames_.is_open())
        frames_.reserve(offset_of(frames) + (has_records_file() ? 0 : records_bytes));
}

void RecordingFiles::write_frame(uint64_t place, const std::byte *frame, const JournalRow &row)
{
    frames_.write(offset_of(place), format_->encode(frame), frame_bytes_);
    if (!has_frames_)
        take_name();
    journal_.write_row(place, row); // of a file that has the name: a repair would look for it in the old one
}

RecordingFiles::Found RecordingFiles::read_frame(uint64_t place, std::byte *frame, uint32_t checksum) const
{
    const uint64_t size_bytes = frames_.size_bytes();
    if (size_bytes < header_bytes_ || place >= (size_bytes - header_bytes_) / frame_bytes_)
        return Found::nothing;
    frames_.read(offset_of(place), frame, frame_bytes_);
    const bool is_empty = std::all_of(frame, frame + frame_bytes_, [](std::byte byte) { return byte == std::byte{}; });
    format_->decode(frame);
    if (crc32(frame, frame_bytes_) == checksum)
        return Found::recorded;
    return is_empty ? Found::nothing : Found::other;
}

void RecordingFiles::sync()
{
    if (frames_.name_state() == NameState::removed)
        throw FileError(fmt::format("{}: it was removed while it was recorded; expected it to stay", path_));
    frames_.sync();
    journal_.sync();
    if (std::exchange(is_name_new_, false))
        sync_folder_of(path_);
}

void RecordingFiles::write_header(const FramesSummary &summary)
{
    const std::string header = format_->header(summary);
    frames_.write(0, header.data(), header.size());
}

void RecordingFiles::complete(const FramesSummary &summary, const Records &records)
{
    if (summary.frames == 0 || frames_.name_state() == NameState::removed)
        return discard();
    write_records(summary.frames, records);
    write_header(summary);
    frames_.sync();
    if (has_records_file())
    {
        records_.sync();
        if (records_.name_state() != NameState::kept) // another recording's may have the name
            throw FileError(fmt::format("{}: it was moved or removed; expected it to stay", records_.path()));
        records_.rename(records_path_);
        records_.close();
    }
    sync_folder_of(path_);
    journal_.remove();
    frames_.close();
}

void RecordingFiles::write_records(uint64_t frames, const Records &records)
{
    OutputFile &file = has_records_file() ? records_ : frames_;
    const uint64_t frames_end = offset_of(frames);
    Appender appender(file, has_records_file() ? 0 : frames_end);
    format_->write_records(frames, records, appender);
    file.resize(appender.finish());
    if (has_records_file())
        frames_.resize(frames_end);
}

/// Nothing is left, and another file that has the name stays.
void RecordingFiles::discard()
{
    std::error_code error;
    for (OutputFile *file : {&frames_, &records_})
    {
        const bool is_ours = file->is_open() && file->name_state() == NameState::kept;
        file->close();
        if (is_ours)
            fs::remove(path_of(file->path()), error);
    }
    if (format_ && is_left_unnamed(unfinished_path(path_), *format_))
        fs::remove(path_of(unfinished_path(path_)), error);
    journal_.remove();
}

std::vector<std::string> RecordingFiles::paths() const
{
    if (!has_frames_)
        return {};
    const bool has_records = has_records_file() && is_file(records_path_); // not before it is complete
    return has_records ? std::vector{path_, records_path_} : std::vector{path_};
}

}
