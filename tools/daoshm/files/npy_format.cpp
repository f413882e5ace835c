#include "files/npy_format.hpp"

#include <algorithm>
#include <charconv>

#include "files/npy_header.hpp"
#include "files/sidecar.hpp"

namespace daoshm
{

namespace
{

class NpyRecordingFormat : public RecordingFormat
{
  public:
    explicit NpyRecordingFormat(const FileHeader &header) : header_(header) {}

    std::string header(const FramesSummary &summary) const override
    {
        Geometry all = header_.geometry;
        all.shape.insert(all.shape.begin(), summary.frames);
        return npy_header(all);
    }

    std::optional<uint64_t> frames_in(const std::string &found) const override
    {
        const std::string none = header({});
        const size_t shape_at = none.find('(') + 1;
        const size_t same_bytes = std::min(shape_at, found.size());
        if (found.compare(0, same_bytes, none, 0, same_bytes) != 0)
            return std::nullopt;
        uint64_t frames = 0;
        std::from_chars(found.data() + same_bytes, found.data() + found.size(), frames);
        FramesSummary summary;
        summary.frames = frames;
        const bool is_whole = found.size() >= none.size();
        return is_whole && found != header(summary) ? std::nullopt : std::optional(frames);
    }

    const std::byte *encode(const std::byte *frame) override { return frame; }
    void decode(std::byte *) const override {}

    std::string records_path(const std::string &recording) const override { return sidecar_path(recording); }
    uint64_t records_bytes(uint64_t frames) const override { return sidecar_bytes(header_, frames); }
    void write_records(uint64_t /*frames*/, const Records &records, Appender &file) const override
    {
        write_sidecar(header_, records, file);
    }

  private:
    FileHeader header_;
};

}

std::unique_ptr<RecordingFormat> npy_recording_format(const FileHeader &header)
{
    return std::make_unique<NpyRecordingFormat>(header);
}

void save_npy(OutputFile &file, const FileHeader &header, const void *frame, const FrameRecord &)
{
    Appender appender(file, 0);
    appender.append(npy_header(header.geometry));
    appender.append({static_cast<const char *>(frame), header.geometry.size_bytes()});
    appender.finish();
}

}
