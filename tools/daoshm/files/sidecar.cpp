#include "files/sidecar.hpp"

#include <array>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "files/header_json.hpp"

namespace daoshm
{

namespace
{

struct Column
{
    const char *name;
    void (*append)(std::string &text, const FrameRecord &record);
};

template <auto member>
void append_number(std::string &text, const FrameRecord &record)
{
    fmt::format_to(std::back_inserter(text), "{}", record.*member);
}

constexpr std::array<Column, 5> columns{{{"cnt0", append_number<&FrameRecord::cnt0>},
                                         {"cnt2", append_number<&FrameRecord::cnt2>},
                                         {"atime_ns", append_number<&FrameRecord::atime_ns>},
                                         {"missed", append_number<&FrameRecord::missed>},
                                         {"crc32", append_number<&FrameRecord::checksum>}}};
constexpr uint64_t most_record_bytes = 4 * 21 + 11; // each number with its comma

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

/// By hand but for the description: a night's records as a tree of JSON objects would fill the memory.
void write_sidecar(const FileHeader &header, const std::vector<FrameRecord> &records, Appender &file)
{
    std::string text = description(header);
    text.pop_back(); // the closing brace
    for (const Column &column : columns)
    {
        text += fmt::format(",\"{}\":[", column.name);
        for (size_t i = 0; i < records.size(); ++i)
        {
            if (i > 0)
                text += ',';
            column.append(text, records[i]);
            file.append(text);
            text.clear();
        }
        text += ']';
    }
    file.append(text + "}\n");
}

std::optional<Sidecar> read_sidecar(const std::string &recording, std::string &note)
{
    const std::string path = sidecar_path(recording);
    std::ifstream stream(path_of(path));
    if (!stream)
        return std::nullopt;
    try
    {
        const Json json = Json::parse(stream);
        Sidecar sidecar{header_from_json(json), {}};
        for (size_t i = 0; i < json.at("cnt0").size(); ++i)
            sidecar.records.push_back({json.at("cnt0").at(i).get<uint64_t>(), json.at("cnt2").at(i).get<uint64_t>(),
                                       json.at("atime_ns").at(i).get<int64_t>(),
                                       json.at("missed").at(i).get<uint64_t>(),
                                       json.at("crc32").at(i).get<uint32_t>()});
        return sidecar;
    }
    catch (const std::exception &)
    {
        note = fmt::format("{}: not used: it is not the sidecar file of a recording", path);
        return std::nullopt;
    }
}

}
