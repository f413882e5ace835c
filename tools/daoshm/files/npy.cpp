#include "files/npy.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "files/npy_header.hpp"
#include "frame/geometry.hpp"
#include "frame/keyword.hpp"
#include "platform/platform.hpp"
#include "text/exit_code.hpp"
#include "text/json.hpp"

namespace daoshm
{

namespace fs = std::filesystem;

namespace
{

constexpr size_t record_json_bytes = 96; // upper bound of a record in the sidecar file

std::string sidecar_path(const std::string &path)
{
    return path + ".json";
}

/// In pieces: MinGW's C++ library never returns from a single transfer over 2 GiB.
template <typename Pointer, typename Transfer>
void in_pieces(Pointer data, uint64_t size, const Transfer &transfer)
{
    constexpr uint64_t most = uint64_t{1} << 28U;
    for (uint64_t done = 0; done < size; done += std::min(most, size - done))
        transfer(data + done, static_cast<std::streamsize>(std::min(most, size - done)));
}

void write_bytes(std::ostream &stream, const void *data, uint64_t size)
{
    in_pieces(static_cast<const char *>(data), size,
              [&](const char *piece, std::streamsize count) { stream.write(piece, count); });
}

void read_bytes(std::istream &stream, void *data, uint64_t size)
{
    in_pieces(static_cast<char *>(data), size, [&](char *piece, std::streamsize count) { stream.read(piece, count); });
}

class NpyRecording : public FrameWriter
{
  public:
    NpyRecording(const std::string &path, const FileHeader &header)
        : path_(path), header_(header), frame_bytes_(header.geometry.size_bytes()),
          stream_(path_of(path), std::ios::binary | std::ios::trunc | std::ios::out)
    {
        write_header();
        if (!stream_)
            throw ToolError(fmt::format("{}: cannot be created", path));
    }

    void append(const void *frame, const FrameRecord &record) override
    {
        require_space(path_, frame_bytes_ + (records_.size() + 1) * record_json_bytes);
        write_bytes(stream_, frame, frame_bytes_);
        stream_.flush();
        if (!stream_)
            throw ToolError(
                fmt::format("{}: write failed after {} frames; the disk may be full", path_, records_.size()));
        records_.push_back(record);
        if (records_.size() % 64 == 0)
            write_header();
    }

    void finish() override
    {
        stream_.clear();
        write_header();
        stream_.close();
        fs::resize_file(path_of(path_), npy_header_bytes + records_.size() * frame_bytes_);
        write_sidecar();
    }

    std::vector<std::string> paths() const override { return {path_, sidecar_path(path_)}; }

  private:
    void write_header()
    {
        Geometry all = header_.geometry;
        all.shape.insert(all.shape.begin(), records_.size());
        stream_.seekp(0);
        const std::string text = npy_header(all);
        stream_.write(text.data(), static_cast<std::streamsize>(text.size()));
        stream_.seekp(0, std::ios::end);
    }

    void write_sidecar() const
    {
        Json json;
        json["segment"] = header_.segment;
        json["type"] = daoTypeName(header_.geometry.atype);
        json["frame_shape"] = header_.geometry.shape;
        json["keywords"] = Json::array();
        for (const Dao::Keyword &keyword : header_.keywords)
            json["keywords"].push_back(keyword_json(keyword));
        for (const char *name : {"cnt0", "cnt2", "atime_ns", "missed"})
            json[name] = Json::array();
        for (const FrameRecord &record : records_)
        {
            json["cnt0"].push_back(record.cnt0);
            json["cnt2"].push_back(record.cnt2);
            json["atime_ns"].push_back(record.atime_ns);
            json["missed"].push_back(record.missed);
        }
        std::ofstream sidecar(path_of(sidecar_path(path_)), std::ios::trunc);
        sidecar << json.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
        sidecar.close();
        if (!sidecar)
            throw ToolError(fmt::format("{}: write failed; the disk may be full", sidecar_path(path_)));
    }

    std::string path_;
    FileHeader header_;
    uint64_t frame_bytes_;
    std::ofstream stream_;
    std::vector<FrameRecord> records_;
};

class NpyReader : public FrameReader
{
  public:
    explicit NpyReader(const std::string &path) : path_(path), stream_(path_of(path), std::ios::binary)
    {
        if (!stream_)
            throw ToolError(fmt::format("{}: cannot be opened for reading", path));
        header_.geometry = read_npy_header(stream_, path);
        data_start_ = stream_.tellg();
        const uint64_t found = fs::file_size(path_of(path)) - static_cast<uint64_t>(data_start_);
        if (found < header_.geometry.size_bytes())
            throw ToolError(fmt::format("{}: {} bytes of data; expected {} for {}", path, found,
                                        header_.geometry.size_bytes(), header_.geometry.text()));
        if (fs::exists(path_of(sidecar_path(path))))
            read_sidecar();
    }

    void read(uint64_t first, uint64_t count, void *destination) override
    {
        const size_t size = daoTypeSize(header_.geometry.atype);
        stream_.seekg(data_start_ + static_cast<std::streamoff>(first * size));
        read_bytes(stream_, destination, count * size);
        if (!stream_)
            throw ToolError(fmt::format("{}: read failed", path_));
    }

  private:
    void read_sidecar()
    {
        const std::string sidecar = sidecar_path(path_);
        try
        {
            const Json json = Json::parse(std::ifstream(path_of(sidecar)));
            for (const Json &keyword : json.at("keywords"))
                header_.keywords.push_back(keyword_from_json(keyword));
            header_.segment = json.at("segment").get<std::string>();
            for (size_t i = 0; i < json.at("cnt0").size(); ++i)
                records_.push_back({json.at("cnt0")[i].get<uint64_t>(), json.at("cnt2").at(i).get<uint64_t>(),
                                    json.at("atime_ns").at(i).get<int64_t>(), json.at("missed").at(i).get<uint64_t>()});
        }
        catch (const Json::exception &error)
        {
            throw ToolError(fmt::format("{}: not the sidecar file of a recording: {}", sidecar, error.what()));
        }
        const std::vector<uint64_t> &shape = header_.geometry.shape;
        if (shape.empty() || records_.size() != shape[0])
            throw ToolError(fmt::format("{}: {} records; expected one for each of the {} frames in {}", sidecar,
                                        records_.size(), shape.empty() ? 0 : shape[0], path_));
    }

    std::string path_;
    std::ifstream stream_;
    std::streamoff data_start_ = 0;
};

}

std::unique_ptr<FrameWriter> create_npy_recording(const std::string &path, const FileHeader &header)
{
    return std::make_unique<NpyRecording>(path, header);
}

void save_npy(const std::string &path, const FileHeader &header, const void *frame, const FrameRecord &)
{
    std::ofstream stream(path_of(path), std::ios::binary | std::ios::trunc);
    const std::string text = npy_header(header.geometry);
    stream.write(text.data(), static_cast<std::streamsize>(text.size()));
    write_bytes(stream, frame, header.geometry.size_bytes());
    stream.close();
    if (!stream)
        throw ToolError(fmt::format("{}: write failed; the disk may be full", path));
}

std::unique_ptr<FrameReader> open_npy(const std::string &path)
{
    return std::make_unique<NpyReader>(path);
}

}
