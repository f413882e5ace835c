#include "files/fits_records.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "text/numbers.hpp"

namespace daoshm
{

namespace
{

/// A column of one 64-bit number a row, as `Number`; nothing when the table has no such column.
template <typename Number>
std::optional<std::vector<Number>> column(fitsfile *file, const char *name, uint64_t rows)
{
    int status = 0;
    int number = 0;
    int type = 0;
    long repeat = 0;
    std::vector<Number> values;
    fits_get_colnum(file, CASEINSEN, const_cast<char *>(name), &number, &status);
    fits_get_eqcoltype(file, number, &type, &repeat, nullptr, &status);
    const bool is_integer = type == TLONGLONG || type == TULONGLONG || type == TLONG || type == TULONG ||
                            type == TINT || type == TUINT || type == TSHORT || type == TUSHORT;
    // In pieces: the file may be shorter than it says.
    constexpr uint64_t most_rows = uint64_t{1} << 16U;
    while (status == 0 && repeat == 1 && is_integer && values.size() < rows)
    {
        const uint64_t first = values.size();
        values.resize(first + std::min(most_rows, rows - first));
        fits_read_col(file, std::is_signed_v<Number> ? TLONGLONG : TULONGLONG, number, static_cast<LONGLONG>(first) + 1,
                      1, static_cast<LONGLONG>(values.size() - first), nullptr, values.data() + first, nullptr,
                      &status);
    }
    fits_clear_errmsg();
    if (status != 0 || repeat != 1 || !is_integer)
        return std::nullopt;
    return values;
}

}

FitsRecords read_fits_records(fitsfile *file, uint64_t frames, const std::string &path)
{
    FitsRecords found;
    int status = 0;
    LONGLONG rows = 0;
    const bool has_table = fits_movnam_hdu(file, BINARY_TBL, const_cast<char *>(frames_extension), 0, &status) == 0 &&
                           fits_get_num_rowsll(file, &rows, &status) == 0;
    fits_clear_errmsg();
    if (!has_table || (frames == 0 && rows == 0))
        return found;
    if (static_cast<uint64_t>(rows) != frames)
    {
        found.note = fmt::format("{}: table FRAMES: not used: {}; expected one for each of {}", path,
                                 count_text(static_cast<uint64_t>(rows), "row"), count_text(frames, "frame"));
        return found;
    }
    const auto cnt0 = column<ULONGLONG>(file, "CNT0", frames);
    const auto cnt2 = column<ULONGLONG>(file, "CNT2", frames);
    const auto atime_ns = column<LONGLONG>(file, "ATIME_NS", frames);
    const auto missed = column<ULONGLONG>(file, "MISSED", frames);
    const auto checksum = column<ULONGLONG>(file, "CRC32", frames);
    if (!cnt0 || !cnt2 || !atime_ns || !missed)
    {
        found.note = fmt::format("{}: table FRAMES: not used: it is not that of a recording, with whole numbers CNT0, "
                                 "CNT2, ATIME_NS and MISSED",
                                 path);
        return found;
    }
    found.have_checksums = checksum.has_value();
    for (uint64_t i = 0; i < frames; ++i)
        found.records.push_back({(*cnt0)[i], (*cnt2)[i], (*atime_ns)[i], (*missed)[i],
                                 checksum ? static_cast<uint32_t>((*checksum)[i]) : 0});
    return found;
}

}
