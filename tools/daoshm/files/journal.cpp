#include "files/journal.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "files/checksum.hpp"
#include "files/header_json.hpp"
#include "files/new_file.hpp"
#include "platform/platform.hpp"
#include "text/exit_code.hpp"

namespace daoshm
{

namespace fs = std::filesystem;

namespace
{

struct Start
{
    std::array<char, 8> magic;
    uint32_t text_bytes;
    uint32_t text_crc;
};

constexpr std::array<char, 8> right_magic{'d', 'a', 'o', 'J', 'r', 'n', 'l', '1'};
constexpr uint32_t most_text_bytes = 64U << 20U; // 65535 keywords fit

struct StoredRow
{
    uint64_t sequence;
    uint64_t cnt0;
    uint64_t cnt2;
    int64_t atime_ns;
    uint64_t missed;
    uint32_t frame_crc;
    uint32_t row_crc; ///< of all before it
};
static_assert(sizeof(StoredRow) == 48 && offsetof(StoredRow, row_crc) == 44);

uint32_t crc_of(const StoredRow &row)
{
    return crc32(&row, offsetof(StoredRow, row_crc));
}

std::optional<JournalRow> checked(const StoredRow &row)
{
    if (row.row_crc != crc_of(row))
        return std::nullopt;
    return JournalRow{row.sequence, {row.cnt0, row.cnt2, row.atime_ns, row.missed, row.frame_crc}};
}

/// How the functions below read a file that this process has open.
auto reading(const OutputFile &file)
{
    return [&file](uint64_t offset, void *data, uint64_t size) { file.read(offset, data, size); };
}

/// Calls `take` with each row in these bytes of the journal.
template <typename Read, typename Take>
void for_each_row(uint64_t begin, uint64_t end, const Read &read, const Take &take)
{
    constexpr uint64_t most_rows = 1U << 16U;
    std::vector<StoredRow> rows;
    for (uint64_t first = begin; first + sizeof(StoredRow) <= end; first += rows.size() * sizeof(StoredRow))
    {
        rows.resize(std::min(most_rows, (end - first) / sizeof(StoredRow)));
        read(first, rows.data(), rows.size() * sizeof(StoredRow));
        for (const StoredRow &row : rows)
            take(checked(row));
    }
}

/// Read through `read(offset, destination, size)`. @return the journal, and where its rows start
template <typename Read>
std::pair<JournalContent, uint64_t> parse(const std::string &path, uint64_t size_bytes, const Read &read)
{
    const auto refuse = [&](const char *found) {
        return ToolError(fmt::format("{}: {}; expected the journal of a recording", path, found));
    };
    Start start{};
    if (size_bytes < sizeof start)
        throw refuse("it ends within its first bytes");
    read(0, &start, sizeof start);
    if (start.magic != right_magic)
        throw refuse("it begins with other bytes");
    if (start.text_bytes > most_text_bytes || sizeof start + start.text_bytes > size_bytes)
        throw refuse("its description is cut");
    std::string text(start.text_bytes, ' ');
    read(sizeof start, text.data(), text.size());
    if (crc32(text.data(), text.size()) != start.text_crc)
        throw refuse("its description is damaged");
    JournalContent content;
    try
    {
        content.header = header_from_json(Json::parse(text));
        if (content.header.geometry.size_bytes() == 0)
            throw refuse("its frames have no elements");
    }
    catch (const std::exception &)
    {
        throw refuse("its description is of another kind");
    }
    const uint64_t rows_start = sizeof start + start.text_bytes;
    for_each_row(rows_start, size_bytes, read,
                 [&](const std::optional<JournalRow> &row) { content.rows.push_back(row); });
    while (!content.rows.empty() && !content.rows.back()) // space reserved ahead
        content.rows.pop_back();
    return {std::move(content), rows_start};
}

}

std::string journal_path(const std::string &recording)
{
    return recording + ".journal";
}

Journal::Journal(const std::string &recording, const FileHeader &header) : file_(create_anew(journal_path(recording)))
{
    begin(header);
}

Journal Journal::create_beside_older(const std::string &recording, const FileHeader &header)
{
    Journal journal;
    journal.file_ = create_anew(unfinished_path(journal_path(recording)));
    journal.begin(header);
    return journal;
}

void Journal::begin(const FileHeader &header)
{
    try
    {
        const std::string text = header_json(header).dump(-1, ' ', false, Json::error_handler_t::replace);
        const Start start{right_magic, static_cast<uint32_t>(text.size()), crc32(text.data(), text.size())};
        const std::string all = std::string(reinterpret_cast<const char *>(&start), sizeof start) + text;
        file_.write(0, all.data(), all.size()); // at once: who is killed leaves an empty one, or this
        rows_start_ = all.size();
    }
    catch (...)
    {
        remove();
        throw;
    }
}

Journal::Journal(const std::string &recording) : file_(OutputFile::open(journal_path(recording)))
{
    rows_start_ = parse(file_.path(), file_.size_bytes(), reading(file_)).second;
}

void Journal::write_row(uint64_t place, const JournalRow &row)
{
    const FrameRecord &record = row.record;
    StoredRow stored{row.sequence, record.cnt0, record.cnt2, record.atime_ns, record.missed, record.checksum, 0};
    stored.row_crc = crc_of(stored);
    file_.write(rows_start_ + place * sizeof stored, &stored, sizeof stored);
}

void Journal::reserve(uint64_t frames)
{
    file_.reserve(rows_start_ + frames * sizeof(StoredRow));
}

JournalContent Journal::content() const
{
    return parse(file_.path(), file_.size_bytes(), reading(file_)).first;
}

void Journal::for_each(uint64_t rows, const std::function<void(const FrameRecord &)> &take) const
{
    const uint64_t rows_end = rows_start_ + rows * sizeof(StoredRow);
    for_each_row(rows_start_, rows_end, reading(file_), [&](const std::optional<JournalRow> &row) {
        if (!row)
            throw FileError(fmt::format("{}: a row of it is damaged; expected what was written", file_.path()));
        take(row->record);
    });
}

void Journal::take_name(const std::string &recording)
{
    if (!has_name(recording))
        file_.rename(journal_path(recording));
}

void Journal::remove()
{
    const fs::path path = path_of(file_.path());
    const bool is_ours = file_.is_open() && file_.name_state() == NameState::kept;
    file_.close();
    if (is_ours) // another recording's may have the name
        fs::remove(path);
}

std::optional<JournalContent> read_journal(const std::string &recording)
{
    const std::string path = journal_path(file_meant(recording));
    std::ifstream stream;
    if (is_file(path))
        stream.open(path_of(path), std::ios::binary);
    if (!stream.is_open())
        return std::nullopt;
    const auto read = [&](uint64_t offset, void *data, uint64_t size) {
        stream.seekg(static_cast<std::streamoff>(offset));
        stream.read(static_cast<char *>(data), static_cast<std::streamsize>(size));
        if (!stream)
            throw ToolError(
                fmt::format("{}: cannot be read: {}", path,
                            stream.eof() ? "it has become shorter; expected it unchanged" : last_error_text()));
    };
    try
    {
        return parse(path, fs::file_size(path_of(path)), read).first;
    }
    catch (const std::exception &)
    {
        return std::nullopt;
    }
}

}
