#include "files/fits_reader.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "files/fits_common.hpp"
#include "files/fits_header.hpp"
#include "frame/element_types.hpp"
#include "text/exit_code.hpp"

namespace daoshm
{

namespace
{

/// The element type whose numbers have the image type `bitpix`.
uint8_t type_of_bitpix(int bitpix, bool is_complex, const std::string &path)
{
    for (const std::string &name : type_names())
    {
        const uint8_t atype = type_from_name(name);
        if (is_complex_type(atype) == is_complex && fits_type(atype).bitpix == bitpix)
            return atype;
    }
    throw ToolError(fmt::format("{}: FITS image type {}{}; expected one that a segment can hold", path, bitpix,
                                is_complex ? " in complex pairs" : ""));
}

class FitsReader : public FrameReader
{
  public:
    explicit FitsReader(const std::string &path) : path_(path)
    {
        int status = 0;
        fitsfile *file = nullptr;
        fits_open_diskfile(&file, path.c_str(), READONLY, &status);
        check_fits(status, path);
        file_.reset(file);
        go_to_first_image();
        read_geometry();
        header_.keywords = read_keywords(file_.get(), path_);
        read_records();
    }

    void read(uint64_t first, uint64_t count, void *destination) override
    {
        const uint64_t numbers = is_complex_type(header_.geometry.atype) ? 2 : 1;
        int status = 0;
        int any_null = 0;
        fits_read_img(file_.get(), fits_type(header_.geometry.atype).datatype,
                      static_cast<LONGLONG>(first * numbers) + 1, static_cast<LONGLONG>(count * numbers), nullptr,
                      destination, &any_null, &status);
        check_fits(status, path_);
    }

  private:
    void go_to_first_image()
    {
        int status = 0;
        int hdu_count = 0;
        fits_get_num_hdus(file_.get(), &hdu_count, &status);
        for (int hdu = 1; hdu <= hdu_count && status == 0; ++hdu)
        {
            int type = 0;
            int axis_count = 0;
            fits_movabs_hdu(file_.get(), hdu, &type, &status);
            const bool is_image = type == IMAGE_HDU || fits_is_compressed_image(file_.get(), &status) != 0;
            if (is_image && fits_get_img_dim(file_.get(), &axis_count, &status) == 0 && axis_count > 0)
            {
                image_hdu_ = hdu;
                return;
            }
        }
        check_fits(status, path_);
        throw ToolError(fmt::format("{}: no image in the file; expected one", path_));
    }

    void read_geometry()
    {
        int status = 0;
        int bitpix = 0;
        int axis_count = 0;
        std::array<LONGLONG, 9> axes{};
        std::array<char, FLEN_VALUE> axis_type{};
        // The equivalent type is that of the values, after BSCALE and BZERO.
        fits_get_img_equivtype(file_.get(), &bitpix, &status);
        if (bitpix == LONGLONG_IMG && zero_offset() == 0x1p63) // cfitsio takes these for signed
            bitpix = ULONGLONG_IMG;
        fits_get_img_dim(file_.get(), &axis_count, &status);
        fits_get_img_sizell(file_.get(), static_cast<int>(axes.size()), axes.data(), &status);
        check_fits(status, path_);
        if (axis_count > static_cast<int>(axes.size()))
            throw ToolError(fmt::format("{}: {} axes; expected at most {}", path_, axis_count, axes.size()));
        header_.geometry.atype = type_of_bitpix(bitpix, false, path_);
        auto last = axes.begin() + axis_count;
        auto first = axes.begin();
        fits_read_key_str(file_.get(), "CTYPE1", axis_type.data(), nullptr, &status);
        if (status == 0 && std::string(axis_type.data()) == complex_axis && *first == 2)
        {
            header_.geometry.atype = type_of_bitpix(bitpix, true, path_);
            ++first;
        }
        fits_clear_errmsg();
        header_.geometry.shape.assign(std::make_reverse_iterator(last), std::make_reverse_iterator(first));
    }

    double zero_offset() const
    {
        int status = 0;
        double zero = 0;
        fits_read_key_dbl(file_.get(), "BZERO", &zero, nullptr, &status);
        fits_clear_errmsg();
        return status == 0 ? zero : 0;
    }

    void read_records()
    {
        int status = 0;
        char name[] = "FRAMES";
        LONGLONG rows = 0;
        if (fits_movnam_hdu(file_.get(), BINARY_TBL, name, 0, &status) == 0)
        {
            fits_get_num_rowsll(file_.get(), &rows, &status);
            check_fits(status, path_);
            if (header_.geometry.shape.empty() || static_cast<uint64_t>(rows) != header_.geometry.shape[0])
                throw ToolError(fmt::format("{}: table FRAMES: {} rows; expected one for each of the {} frames", path_,
                                            rows, header_.geometry.shape.empty() ? 0 : header_.geometry.shape[0]));
            read_columns(rows);
        }
        fits_clear_errmsg();
        status = 0;
        fits_movabs_hdu(file_.get(), image_hdu_, nullptr, &status);
        check_fits(status, path_);
    }

    void read_columns(LONGLONG rows)
    {
        records_.resize(static_cast<size_t>(rows));
        if (rows == 0)
            return;
        const auto column = [&](const char *title, int datatype, auto store) {
            std::vector<LONGLONG> values(records_.size());
            int status = 0;
            int number = 0;
            fits_get_colnum(file_.get(), CASEINSEN, const_cast<char *>(title), &number, &status);
            fits_read_col(file_.get(), datatype, number, 1, 1, rows, nullptr, values.data(), nullptr, &status);
            check_fits(status, path_);
            for (size_t i = 0; i < values.size(); ++i)
                store(records_[i], values[i]);
        };
        column("CNT0", TULONGLONG, [](FrameRecord &r, LONGLONG value) { r.cnt0 = static_cast<uint64_t>(value); });
        column("CNT2", TULONGLONG, [](FrameRecord &r, LONGLONG value) { r.cnt2 = static_cast<uint64_t>(value); });
        column("ATIME_NS", TLONGLONG, [](FrameRecord &r, LONGLONG value) { r.atime_ns = value; });
        column("MISSED", TULONGLONG, [](FrameRecord &r, LONGLONG value) { r.missed = static_cast<uint64_t>(value); });
    }

    std::string path_;
    FitsFile file_;
    int image_hdu_ = 1;
};

}

std::unique_ptr<FrameReader> open_fits(const std::string &path)
{
    return std::make_unique<FitsReader>(path);
}

}
