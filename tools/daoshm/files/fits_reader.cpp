#include "files/fits_reader.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <string_view>

#include <fmt/ranges.h>

#include "files/fits_axis_count.hpp"
#include "files/fits_common.hpp"
#include "files/fits_images.hpp"
#include "files/fits_keywords.hpp"
#include "files/fits_records.hpp"
#include "files/fits_values.hpp"
#include "files/packed_file.hpp"
#include "frame/element_types.hpp"
#include "platform/platform.hpp"
#include "text/exit_code.hpp"

namespace daoshm
{

namespace
{

constexpr std::string_view fits_start = "SIMPLE  =";

class FitsReader : public FrameReader
{
  public:
    FitsReader(const std::string &path, const std::string &image) : FrameReader(path)
    {
        open();
        fitsfile *const file = file_.get();
        const int image_hdu = choose_image(file, image, path, notes_);
        read_geometry();
        header_.keywords = read_keywords(file, path, left_out_);
        const std::vector<uint64_t> &shape = header_.geometry.shape;
        FitsRecords found = read_fits_records(file, shape.empty() ? 0 : shape[0], path);
        int status = 0;
        fits_movabs_hdu(file, image_hdu, nullptr, &status);
        check_fits(status, path);
        take(found);
    }

  private:
    void open()
    {
        int status = 0;
        fitsfile *file = nullptr;
        if (is_packed(path_))
        {
            content_ = unpacked(path_);
            require_fits(
                {reinterpret_cast<const char *>(content_.data()), std::min(content_.size(), fits_start.size())});
            require_few_axes(
                [this](uint64_t offset, char *bytes, size_t count) {
                    const auto begin = static_cast<size_t>(std::min<uint64_t>(offset, content_.size()));
                    const size_t there = std::min(count, content_.size() - begin);
                    std::memcpy(bytes, content_.data() + begin, there);
                    return there;
                },
                path_);
            content_start_ = content_.data();
            content_bytes_ = content_.size();
            // cfitsio takes brackets in a name for the part of the file that is wanted.
            fits_open_memfile(&file, "unpacked.fits", READONLY, &content_start_, &content_bytes_, 0, nullptr, &status);
        }
        else
        {
            std::string start(fits_start.size(), ' ');
            std::ifstream stream(path_of(path_), std::ios::binary);
            stream.read(start.data(), static_cast<std::streamsize>(start.size()));
            require_fits(std::string_view(start).substr(0, static_cast<size_t>(stream.gcount())));
            require_few_axes(
                [&stream](uint64_t offset, char *bytes, size_t count) {
                    stream.clear();
                    stream.seekg(static_cast<std::streamoff>(offset));
                    stream.read(bytes, static_cast<std::streamsize>(count));
                    return static_cast<size_t>(stream.gcount());
                },
                path_);
            fits_open_diskfile(&file, path_.c_str(), READONLY, &status);
        }
        check_fits(status, path_);
        file_.reset(file);
    }

    /// What cfitsio says of other files is of little use.
    void require_fits(std::string_view start) const
    {
        constexpr std::string_view compress = "\x1F\x9D"; // which cfitsio unpacks
        if (start != fits_start && !start.starts_with(compress))
            throw ToolError(fmt::format("{}: {}; expected a FITS file, which begins with '{}'", path_,
                                        start.empty() ? "an empty file" : "no FITS file", fits_start));
    }

    void read_elements(uint64_t first, uint64_t count, void *destination) override
    {
        const uint64_t numbers = is_complex_type(header_.geometry.atype) ? 2 : 1;
        read_fits_numbers(file_.get(), values_, first * numbers, count * numbers, destination, path_);
    }

    void read_geometry()
    {
        std::vector<uint64_t> axes = image_axes(file_.get(), path_); // fastest first
        header_.geometry = {type_code<double>(), axes};
        values_ = fits_values(file_.get(), size_bytes() / sizeof(double), path_);
        header_.geometry.atype = values_.atype;
        std::array<char, FLEN_VALUE> axis_type{};
        int status = 0;
        fits_read_key_str(file_.get(), "CTYPE1", axis_type.data(), nullptr, &status);
        fits_clear_errmsg();
        const bool is_pairs = status == 0 && std::string(axis_type.data()) == complex_axis && axes[0] == 2;
        if (const uint8_t complex = complex_of(values_.atype); is_pairs && complex != 0)
        {
            header_.geometry.atype = complex;
            axes.erase(axes.begin());
        }
        header_.geometry.shape.assign(axes.rbegin(), axes.rend());
    }

    /// The complex type of pairs; 0 when there is none.
    static uint8_t complex_of(uint8_t atype)
    {
        if (atype == type_code<float>())
            return type_code<std::complex<float>>();
        return atype == type_code<double>() ? type_code<std::complex<double>>() : uint8_t{0};
    }

    /// The table belongs to the file; but the frames may have been worked on since.
    void take(FitsRecords &found)
    {
        if (!found.note.empty())
            notes_.push_back(found.note);
        records_ = std::move(found.records);
        if (records_.empty() || !found.have_checksums)
            return;
        compares_checksums_ = is_as_recorded(0, records_.front().checksum) ||
                              is_as_recorded(records_.size() - 1, records_.back().checksum);
        if (!compares_checksums_)
            notes_.push_back(
                fmt::format("{}: checksums not compared: the frames are others than those recorded", path_));
    }

    std::vector<std::byte> content_; ///< of a packed file; cfitsio keeps where start and size are
    void *content_start_ = nullptr;
    size_t content_bytes_ = 0;
    FitsFile file_;
    FitsValues values_;
};

}

std::unique_ptr<FrameReader> open_fits(const std::string &path, const std::string &image)
{
    return std::make_unique<FitsReader>(path, image);
}

}
