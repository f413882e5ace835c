#include "files/frame_file.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include <fmt/ranges.h>

#include "files/checksum.hpp"
#include "files/fits_format.hpp"
#include "files/fits_reader.hpp"
#include "files/journal.hpp"
#include "files/new_file.hpp"
#include "files/npy_format.hpp"
#include "files/npy_reader.hpp"
#include "files/recording_writer.hpp"
#include "files/sidecar.hpp"
#include "platform/platform.hpp"
#include "text/exit_code.hpp"
#include "text/letters.hpp"
#include "text/numbers.hpp"

namespace daoshm
{

void FramesSummary::add(const FrameRecord &record)
{
    if (frames == 0)
        first_ns = record.atime_ns;
    last_ns = record.atime_ns;
    missed += record.missed;
    ++frames;
}

FramesSummary summary_of(const std::vector<FrameRecord> &records)
{
    FramesSummary summary;
    for (const FrameRecord &record : records)
        summary.add(record);
    return summary;
}

namespace fs = std::filesystem;

namespace
{

struct Format
{
    std::vector<const char *> endings;
    std::vector<const char *> read_endings; ///< further ones, that are only read
    std::unique_ptr<FrameReader> (*open)(const std::string &path, const std::string &image);
    std::unique_ptr<RecordingFormat> (*recording)(const FileHeader &);
    void (*save)(OutputFile &, const FileHeader &, const void *frame, const FrameRecord &);
    std::string (*path_beside)(const std::string &); ///< of a recording's second file; null when it has none
};

const std::vector<Format> formats{{{".npy"}, {}, open_npy, npy_recording_format, save_npy, sidecar_path},
                                  {{".fits", ".fit", ".fts"},
                                   {".fits.gz", ".fit.gz", ".fts.gz", ".fits.Z", ".fit.Z", ".fts.Z", ".fz"},
                                   open_fits,
                                   fits_recording_format,
                                   save_fits,
                                   nullptr}};

bool has_ending(const std::string &path, const std::string &ending)
{
    return path.size() > ending.size() && lower_case(path).ends_with(lower_case(ending));
}

const Format &format_of(const std::string &path, bool to_read)
{
    std::vector<const char *> known;
    for (const Format &format : formats)
    {
        std::vector<const char *> endings = format.endings;
        if (to_read)
            endings.insert(endings.end(), format.read_endings.begin(), format.read_endings.end());
        for (const char *candidate : endings)
            if (has_ending(path, candidate))
                return format;
        known.insert(known.end(), endings.begin(), endings.end());
    }
    throw ToolError(fmt::format("{}: file name ends in '{}'; expected one of {}{}", path.empty() ? "file" : path,
                                path_of(path).extension().string(), fmt::join(known, ", "),
                                to_read ? "" : "; compressed files are only read"),
                    exit_usage);
}

/// Or nothing. A pipe would be waited for, and Ctrl-C not obeyed.
void require_file(const std::string &path)
{
    std::error_code error;
    const fs::file_status found = fs::status(path_of(path), error);
    if (fs::exists(found) && !fs::is_regular_file(found))
        throw ToolError(
            fmt::format("{}: is a {}; expected a file", path, fs::is_directory(found) ? "folder" : "pipe or a device"));
}

bool exists(const std::string &path)
{
    return fs::exists(fs::symlink_status(path_of(path)));
}

/// The journal of a recording of that name, in the place of which something else comes.
void remove_journal(const std::string &path)
{
    std::error_code error;
    if (read_journal(path)) // something else of that name stays
        fs::remove(path_of(journal_path(path)), error);
}

void remove_sidecar(const std::string &path)
{
    std::string note;
    std::error_code error;
    if (read_sidecar(path, note))
        fs::remove(path_of(sidecar_path(path)), error);
}

}

std::unique_ptr<RecordingFormat> recording_format(const std::string &path, const FileHeader &header)
{
    return format_of(path, false).recording(header);
}

void check_destination(const std::string &path, Content content, bool may_overwrite)
{
    const Format &format = format_of(path, false);
    const bool has_second = content == Content::recording && format.path_beside != nullptr;
    const std::string second = has_second ? format.path_beside(path) : path;
    const std::string part = has_second ? unfinished_path(second) : path;
    const std::string journal = content == Content::recording ? journal_path(path) : path;
    for (const std::string &name : {path, second, part, journal, unfinished_path(journal)})
        require_file(name);
    if (may_overwrite)
        return;
    if (exists(journal_path(path)))
        throw ToolError(fmt::format("{}: exists: the recording {} was interrupted, or is under way; expected one that "
                                    "`daoshm repair` has completed, or --force, which overwrites it",
                                    journal_path(path), path));
    for (const std::string &name : {path, second, part})
        if (exists(name))
            throw ToolError(
                fmt::format("{}: exists; expected a name that is free, or --force, which overwrites it", name));
}

std::unique_ptr<FrameWriter> create_recording(const std::string &path, const FileHeader &header)
{
    return std::make_unique<RecordingWriter>(path, header);
}

void save_frame(const std::string &path, const FileHeader &header, const void *frame, const FrameRecord &record)
{
    const Format &format = format_of(path, false);
    if (exists(journal_path(path)) && is_being_written(journal_path(path)))
        throw ToolError(
            fmt::format("{}: cannot be replaced: it is being recorded; expected a recording that has ended", path));
    OutputFile file = create_beside(path);
    const std::string part = file.path();
    try
    {
        format.save(file, header, frame, record);
        file.sync();
        file.close();
        remove_journal(path); // a repair would look for its frames in the new file
        fs::rename(path_of(part), path_of(path));
        remove_sidecar(path); // until then the old file has its own
        sync_folder_of(path);
    }
    catch (...)
    {
        file.close();
        std::error_code error;
        fs::remove(path_of(part), error);
        throw;
    }
}

std::unique_ptr<FrameReader> open_frames(const std::string &path, const std::string &image)
{
    const Format &format = format_of(path, true);
    require_file(path);
    if (!std::ifstream(path_of(path), std::ios::binary))
        throw ToolError(fmt::format("{}: cannot be opened for reading: {}", path, last_error_text()));
    std::unique_ptr<FrameReader> file = format.open(path, image);
    if (file->records().empty())
        file->use_journal();
    return file;
}

uint64_t FrameReader::size_bytes() const
{
    try
    {
        return header_.geometry.size_bytes();
    }
    catch (const ToolError &error)
    {
        throw ToolError(fmt::format("{}: {}", path_, error.what()));
    }
}

uint64_t FrameReader::frame_elements() const
{
    const std::vector<uint64_t> &shape = header_.geometry.shape;
    return Geometry{header_.geometry.atype, {shape.begin() + 1, shape.end()}}.element_count();
}

bool FrameReader::is_as_recorded(uint64_t frame, uint32_t checksum)
{
    const uint64_t elements = frame_elements();
    std::array<std::byte, 16> last{};
    if (elements > 0) // a file may be shorter than it says: then there is no such element
        read_elements(frame * elements + elements - 1, 1, last.data());
    std::vector<std::byte> bytes(elements * daoTypeSize(header_.geometry.atype));
    read_elements(frame * elements, elements, bytes.data());
    return crc32(bytes.data(), bytes.size()) == checksum;
}

void FrameReader::read(uint64_t first, uint64_t count, void *destination)
{
    read_elements(first, count, destination);
    const uint64_t elements = compares_checksums_ ? frame_elements() : 0;
    if (elements == 0 || first % elements != 0)
        return;
    const uint64_t frame_bytes = elements * daoTypeSize(header_.geometry.atype);
    for (uint64_t i = 0; i < count / elements; ++i)
    {
        const uint64_t frame = first / elements + i;
        const uint32_t found = crc32(static_cast<const std::byte *>(destination) + i * frame_bytes, frame_bytes);
        if (found != records_[frame].checksum)
            throw ToolError(fmt::format("{}: frame {}: checksum {:08x}; expected {:08x}, as recorded: the file is "
                                        "damaged or was changed",
                                        path_, frame, found, records_[frame].checksum));
    }
}

void FrameReader::use_journal()
{
    const std::optional<JournalContent> journal = read_journal(path_);
    std::vector<uint64_t> &shape = header_.geometry.shape;
    if (!journal || shape.empty() || journal->header.geometry.atype != header_.geometry.atype ||
        !std::equal(shape.begin() + 1, shape.end(), journal->header.geometry.shape.begin(),
                    journal->header.geometry.shape.end()))
        return;
    std::vector<FrameRecord> records;
    for (const std::optional<JournalRow> &row : journal->rows)
    {
        if (!row || records.size() == shape[0])
            break;
        records.push_back(row->record);
    }
    if (!records.empty() && !is_as_recorded(0, records[0].checksum)) // it belongs to another file
        return;
    notes_.push_back(fmt::format("{}: the recording was interrupted, or is under way, with {}; "
                                 "`daoshm repair` completes it",
                                 path_, count_text(records.size(), "whole frame")));
    if (records.empty())
        return;
    shape[0] = records.size();
    header_.segment = journal->header.segment;
    header_.keywords = journal->header.keywords;
    records_ = std::move(records);
    compares_checksums_ = true;
}

}
