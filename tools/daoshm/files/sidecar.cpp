#include "files/sidecar.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string_view>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "files/header_json.hpp"

namespace daoshm
{

namespace
{

struct Column
{
    std::string_view name;
    void (*append)(std::string &text, const FrameRecord &record);
    void (*set)(FrameRecord &record, const Json &number);
};

template <auto member>
void append_number(std::string &text, const FrameRecord &record)
{
    fmt::format_to(std::back_inserter(text), "{}", record.*member);
}

template <auto member>
void set_number(FrameRecord &record, const Json &number)
{
    record.*member = number.get<std::remove_reference_t<decltype(record.*member)>>();
}

template <auto member>
constexpr Column column_of(std::string_view name)
{
    return {name, append_number<member>, set_number<member>};
}

constexpr std::array<Column, 5> columns{column_of<&FrameRecord::cnt0>("cnt0"), column_of<&FrameRecord::cnt2>("cnt2"),
                                        column_of<&FrameRecord::atime_ns>("atime_ns"),
                                        column_of<&FrameRecord::missed>("missed"),
                                        column_of<&FrameRecord::checksum>("crc32")};
constexpr uint64_t most_record_bytes = 4 * 21 + 11; // each number with its comma

/// Takes the numbers of the columns out of the document while it is parsed.
class ColumnReader
{
  public:
    bool operator()(int depth, Json::parse_event_t event, Json &parsed)
    {
        if (depth == 1 && event == Json::parse_event_t::key)
            column_ = std::find_if(columns.begin(), columns.end(), [&](const Column &column) {
                return column.name == parsed.get_ref<const std::string &>();
            });
        if (depth != 2 || event != Json::parse_event_t::value || column_ == columns.end())
            return true;
        uint64_t &row = rows_.at(static_cast<size_t>(column_ - columns.begin()));
        if (row == records_.size())
            records_.emplace_back();
        column_->set(records_[row++], parsed);
        return false;
    }

    std::vector<FrameRecord> take()
    {
        if (std::any_of(rows_.begin(), rows_.end(), [&](uint64_t row) { return row != records_.size(); }))
            throw std::out_of_range("columns of different lengths");
        return std::move(records_);
    }

  private:
    decltype(columns)::const_iterator column_ = columns.end();
    std::array<uint64_t, columns.size()> rows_{};
    std::vector<FrameRecord> records_;
};

std::string description(const FileHeader &header)
{
    return header_json(header).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}

std::string sidecar_path(const std::string &recording)
{
    return recording + ".json";
}

uint64_t sidecar_bytes(const FileHeader &header, uint64_t frames)
{
    constexpr uint64_t punctuation_bytes = 128;
    return description(header).size() + punctuation_bytes + frames * most_record_bytes;
}

/// By hand but for the description: a night's records as a tree of JSON objects would fill the memory. So are they read.
void write_sidecar(const FileHeader &header, const Records &records, Appender &file)
{
    std::string text = description(header);
    text.pop_back(); // the closing brace
    for (const Column &column : columns)
    {
        text += fmt::format(",\"{}\":[", column.name);
        records([&, separator = ""](const FrameRecord &record) mutable {
            text += std::exchange(separator, ",");
            column.append(text, record);
            file.append(text);
            text.clear();
        });
        text += ']';
    }
    file.append(text + "}\n");
}

std::optional<Sidecar> read_sidecar(const std::string &recording, std::string &note)
{
    std::string path = sidecar_path(recording);
    if (!is_file(path))
        path = sidecar_path(file_meant(recording));
    std::ifstream stream;
    if (is_file(path))
        stream.open(path_of(path));
    if (!stream.is_open())
        return std::nullopt;
    try
    {
        ColumnReader reader;
        const Json json = Json::parse(stream, std::ref(reader));
        return Sidecar{header_from_json(json), reader.take()};
    }
    catch (const std::exception &)
    {
        note = fmt::format("{}: not used: it is not the sidecar file of a recording", path);
        return std::nullopt;
    }
}

}
