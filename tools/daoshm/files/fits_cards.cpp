#include "files/fits_cards.hpp"

#include <fmt/format.h>

#include "files/fits_common.hpp"
#include "files/fits_keywords.hpp"

namespace daoshm
{

namespace
{

/// A file in memory alone, without data.
FitsFile memory_file()
{
    int status = 0;
    fitsfile *file = nullptr;
    fits_create_file(&file, "mem://", &status);
    check_fits(status, "FITS header");
    return FitsFile(file);
}

/// The header that `file` stands in.
std::string text_of(fitsfile *file)
{
    int status = 0;
    int count = 0;
    fits_get_hdrspace(file, &count, nullptr, &status);
    std::string text;
    for (int i = 1; i <= count && status == 0; ++i)
    {
        char card[FLEN_CARD] = "";
        fits_read_record(file, i, card, &status);
        text += fmt::format("{:<80}", card);
    }
    check_fits(status, "FITS header");
    text += fmt::format("{:<80}", "END");
    text.resize((text.size() + fits_block_bytes - 1) / fits_block_bytes * fits_block_bytes, ' ');
    return text;
}

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

}

std::string fits_image_header(const FileHeader &header, const Geometry &geometry, const AddCards &add)
{
    const FitsFile file = memory_file();
    std::vector<LONGLONG> axes = fits_axes(geometry);
    const auto last = static_cast<uint64_t>(axes.back());
    axes.back() = 0; // cfitsio would make room for the data
    int status = 0;
    const uint8_t atype = geometry.atype;
    fits_create_imgll(file.get(), fits_type(atype).bitpix, static_cast<int>(axes.size()), axes.data(), &status);
    fits_write_key_longstr(file.get(), "DAOSEG", ascii_text(header.segment).c_str(), "segment", &status);
    fits_write_key_str(file.get(), "DAOTYPE", daoTypeName(atype), "element type of the segment", &status);
    if (is_complex_type(atype))
        fits_write_key_str(file.get(), "CTYPE1", complex_axis, "real part, imaginary part", &status);
    add(file.get(), status);
    check_fits(status, "FITS header");
    write_keywords(file.get(), header.keywords, "FITS header");
    std::string text = text_of(file.get());
    set_fits_number(text, fmt::format("NAXIS{}", axes.size()), last);
    return text;
}

std::string fits_table_header(const std::string &name, const std::vector<TableColumn> &columns,
                              const std::vector<std::string> &comments)
{
    const FitsFile file = memory_file();
    std::vector<const char *> names;
    std::vector<const char *> forms;
    std::vector<const char *> units;
    for (const TableColumn &column : columns)
    {
        names.push_back(column.name);
        forms.push_back(column.form);
        units.push_back(column.unit);
    }
    // cfitsio only reads the texts, though the parameters are not const.
    int status = 0;
    fits_create_tbl(file.get(), BINARY_TBL, 0, static_cast<int>(columns.size()), const_cast<char **>(names.data()),
                    const_cast<char **>(forms.data()), const_cast<char **>(units.data()), name.c_str(), &status);
    for (const std::string &comment : comments)
        fits_write_comment(file.get(), comment.c_str(), &status);
    check_fits(status, "FITS header");
    return text_of(file.get());
}

void set_fits_number(std::string &header, const std::string &name, uint64_t number)
{
    set_fits_value(header, name, fmt::format("{:>20}", number));
}

void set_fits_value(std::string &header, const std::string &name, const std::string &value)
{
    constexpr size_t card_bytes = 80;
    const std::string start = fmt::format("{:<8}= ", name);
    for (size_t at = 0; at < header.size(); at += card_bytes)
        if (header.compare(at, start.size(), start) == 0)
        {
            header.replace(at + start.size(), value.size(), value);
            return;
        }
}

}
