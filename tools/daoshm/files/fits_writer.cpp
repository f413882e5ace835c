#include "files/fits_writer.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "files/fits_common.hpp"
#include "files/fits_header.hpp"
#include "frame/geometry.hpp"
#include "platform/platform.hpp"
#include "text/exit_code.hpp"
#include "text/numbers.hpp"

namespace daoshm
{

namespace
{

constexpr uint64_t table_row_bytes = 32;
constexpr uint64_t table_header_bytes = 3 * 2880;

/// Axes as FITS counts them: the fastest first.
std::vector<LONGLONG> fits_axes(const Geometry &geometry)
{
    std::vector<LONGLONG> axes;
    if (is_complex_type(geometry.atype))
        axes.push_back(2);
    for (auto axis = geometry.shape.rbegin(); axis != geometry.shape.rend(); ++axis)
        axes.push_back(static_cast<LONGLONG>(*axis));
    return axes;
}

LONGLONG numbers_of(const Geometry &geometry)
{
    return static_cast<LONGLONG>(geometry.element_count() * (is_complex_type(geometry.atype) ? 2 : 1));
}

FitsFile create_file(const std::string &path, const FileHeader &header, std::vector<LONGLONG> axes)
{
    int status = 0;
    fitsfile *file = nullptr;
    std::filesystem::remove(path_of(path));
    fits_create_diskfile(&file, path.c_str(), &status);
    check_fits(status, path);
    FitsFile result(file);
    const uint8_t atype = header.geometry.atype;
    fits_create_imgll(file, fits_type(atype).bitpix, static_cast<int>(axes.size()), axes.data(), &status);
    fits_write_key_longstr(file, "DAOSEG", header.segment.c_str(), "segment", &status);
    fits_write_key_str(file, "DAOTYPE", daoTypeName(atype), "element type of the segment", &status);
    if (is_complex_type(atype))
        fits_write_key_str(file, "CTYPE1", complex_axis, "real part, imaginary part", &status);
    check_fits(status, path);
    write_keywords(file, header.keywords, path);
    return result;
}

void write_numbers(fitsfile *file, uint8_t atype, LONGLONG first, LONGLONG count, const void *data, int &status)
{
    // cfitsio only reads the data, though the parameter is not const.
    fits_write_img(file, fits_type(atype).datatype, first + 1, count, const_cast<void *>(data), &status);
}

class FitsRecording : public FrameWriter
{
  public:
    FitsRecording(const std::string &path, const FileHeader &header)
        : path_(path), header_(header), numbers_(numbers_of(header.geometry)),
          frame_bytes_(header.geometry.size_bytes()), axes_(fits_axes(header.geometry))
    {
        axes_.push_back(0);
        file_ = create_file(path, header, axes_);
        // Room for what is known only at the end: a header that grows then would move all data.
        int status = 0;
        fits_write_key_str(file_.get(), "DATE-BEG", "", "acquisition time of the first frame, UTC", &status);
        fits_write_key_str(file_.get(), "DATE-END", "", "acquisition time of the last frame, UTC", &status);
        fits_write_key_lng(file_.get(), "DAOMISS", 0, "frames missing between the first and the last", &status);
        check_fits(status, path_);
    }

    void append(const void *frame, const FrameRecord &record) override
    {
        if (records_.size() == capacity_)
            grow();
        int status = 0;
        write_numbers(file_.get(), header_.geometry.atype, static_cast<LONGLONG>(records_.size()) * numbers_, numbers_,
                      frame, status);
        check_fits(status, path_);
        records_.push_back(record);
    }

    void finish() override
    {
        resize(records_.size());
        int status = 0;
        uint64_t missed = 0;
        for (const FrameRecord &record : records_)
            missed += record.missed;
        if (!records_.empty())
        {
            const std::string begin = fits_time_text(records_.front().atime_ns);
            const std::string end = fits_time_text(records_.back().atime_ns);
            fits_update_key_str(file_.get(), "DATE-BEG", begin.c_str(), nullptr, &status);
            fits_update_key_str(file_.get(), "DATE-END", end.c_str(), nullptr, &status);
        }
        fits_update_key_lng(file_.get(), "DAOMISS", static_cast<LONGLONG>(missed), nullptr, &status);
        check_fits(status, path_);
        write_table();
        fits_close_file(file_.release(), &status);
        check_fits(status, path_);
    }

    std::vector<std::string> paths() const override { return {path_}; }

  private:
    /// Reserve room for about 32 MiB more frames, and make sure that the table still fits after them.
    void grow()
    {
        const uint64_t step = std::max<uint64_t>(1, (32U << 20U) / frame_bytes_);
        const uint64_t free_frames = frames_that_fit();
        if (free_frames == 0)
            require_space(path_, table_bytes(1) + frame_bytes_);
        resize(capacity_ + std::min(step, free_frames));
        int status = 0;
        fits_flush_file(file_.get(), &status);
        check_fits(status, path_);
    }

    uint64_t table_bytes(uint64_t more) const
    {
        return table_header_bytes + (records_.size() + more) * table_row_bytes + 2880;
    }

    uint64_t frames_that_fit() const
    {
        const uint64_t found = free_bytes(path_);
        const uint64_t reserved = table_bytes(0);
        return found > reserved ? (found - reserved) / (frame_bytes_ + table_row_bytes) : 0;
    }

    void resize(uint64_t frames)
    {
        if (frames == capacity_)
            return;
        int status = 0;
        axes_.back() = static_cast<LONGLONG>(frames);
        fits_resize_imgll(file_.get(), fits_type(header_.geometry.atype).bitpix, static_cast<int>(axes_.size()),
                          axes_.data(), &status);
        check_fits(status, path_);
        capacity_ = frames;
    }

    void write_table()
    {
        std::vector<ULONGLONG> cnt0;
        std::vector<ULONGLONG> cnt2;
        std::vector<LONGLONG> atime_ns;
        std::vector<ULONGLONG> missed;
        for (const FrameRecord &record : records_)
        {
            cnt0.push_back(record.cnt0);
            cnt2.push_back(record.cnt2);
            atime_ns.push_back(record.atime_ns);
            missed.push_back(record.missed);
        }
        const char *names[] = {"CNT0", "CNT2", "ATIME_NS", "MISSED"};
        const char *forms[] = {"1W", "1W", "1K", "1W"};
        const char *units[] = {"", "", "ns", ""};
        int status = 0;
        const auto rows = static_cast<LONGLONG>(records_.size());
        fits_create_tbl(file_.get(), BINARY_TBL, rows, 4, const_cast<char **>(names), const_cast<char **>(forms),
                        const_cast<char **>(units), frames_extension, &status);
        fits_write_comment(file_.get(),
                           "One row per frame: counter, frame id, acquisition time since 1970 (UTC), and the", &status);
        fits_write_comment(file_.get(), "number of frames missing just before it.", &status);
        if (rows > 0)
        {
            fits_write_col(file_.get(), TULONGLONG, 1, 1, 1, rows, cnt0.data(), &status);
            fits_write_col(file_.get(), TULONGLONG, 2, 1, 1, rows, cnt2.data(), &status);
            fits_write_col(file_.get(), TLONGLONG, 3, 1, 1, rows, atime_ns.data(), &status);
            fits_write_col(file_.get(), TULONGLONG, 4, 1, 1, rows, missed.data(), &status);
        }
        check_fits(status, path_);
    }

    std::string path_;
    FileHeader header_;
    LONGLONG numbers_;
    uint64_t frame_bytes_;
    std::vector<LONGLONG> axes_;
    FitsFile file_;
    uint64_t capacity_ = 0;
    std::vector<FrameRecord> records_;
};

}

void check_fits(int status, const std::string &path)
{
    if (status == 0)
        return;
    char words[FLEN_STATUS] = "";
    char detail[FLEN_ERRMSG] = "";
    fits_get_errstatus(status, words);
    std::string message = fmt::format("{}: {}", path, words);
    if (fits_read_errmsg(detail) != 0)
        message += fmt::format(" ({})", detail);
    fits_clear_errmsg();
    throw ToolError(message);
}

std::unique_ptr<FrameWriter> create_fits_recording(const std::string &path, const FileHeader &header)
{
    return std::make_unique<FitsRecording>(path, header);
}

void save_fits(const std::string &path, const FileHeader &header, const void *frame, const FrameRecord &record)
{
    FitsFile file = create_file(path, header, fits_axes(header.geometry));
    int status = 0;
    fits_write_key_str(file.get(), "DATE-OBS", fits_time_text(record.atime_ns).c_str(), "acquisition time, UTC",
                       &status);
    fits_write_key_lng(file.get(), "DAOATIME", record.atime_ns, "[ns] acquisition time since 1970, UTC", &status);
    fits_write_key_ulng(file.get(), "DAOCNT0", record.cnt0, "frame counter", &status);
    fits_write_key_ulng(file.get(), "DAOCNT2", record.cnt2, "frame id", &status);
    write_numbers(file.get(), header.geometry.atype, 0, numbers_of(header.geometry), frame, status);
    fits_close_file(file.release(), &status);
    check_fits(status, path);
}

}
