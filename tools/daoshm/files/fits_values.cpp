#include "files/fits_values.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "files/fits_elements.hpp"
#include "files/fits_number.hpp"

namespace daoshm
{

namespace
{

/// A number in the header; nothing when it is not there.
std::optional<double> header_number(fitsfile *file, const char *name)
{
    int status = 0;
    double value = 0;
    fits_read_key_dbl(file, name, &value, nullptr, &status);
    fits_clear_errmsg();
    return status == 0 ? std::optional(value) : std::nullopt;
}

/// BSCALE or BZERO; a card without a value says nothing. Throws where its value is no number: those of the pixels cannot
/// be told then.
double scale_number(fitsfile *file, const char *name, double otherwise, const std::string &path)
{
    char text[FLEN_VALUE] = "";
    int status = 0;
    const bool is_there = fits_read_keyword(file, name, text, nullptr, &status) == 0 && text[0] != 0;
    fits_clear_errmsg();
    if (!is_there)
        return otherwise;
    const std::optional<FitsNumber> found = fits_number(text);
    const double number = found ? std::visit([](auto value) { return static_cast<double>(value); }, *found) : NAN;
    if (!std::isfinite(number))
        throw ToolError(fmt::format("{}: {} is {}; expected a number within those of float64", path, name, text));
    return number;
}

/// The element type that stores `bitpix`, a type of the standard's six, unscaled.
uint8_t stored_type(int bitpix, const std::string &path)
{
    switch (bitpix)
    {
    case BYTE_IMG:
        return type_code<uint8_t>();
    case SHORT_IMG:
        return type_code<int16_t>();
    case LONG_IMG:
        return type_code<int32_t>();
    case LONGLONG_IMG:
        return type_code<int64_t>();
    case FLOAT_IMG:
        return type_code<float>();
    case DOUBLE_IMG:
        return type_code<double>();
    default:
        throw ToolError(fmt::format("{}: BITPIX {}; expected 8, 16, 32, 64, -32 or -64", path, bitpix));
    }
}

/// The values of integers that are scaled.
struct Scaling
{
    double scale;
    double zero;
    double lowest; ///< stored
    double highest;

    bool is_integral() const { return std::nearbyint(scale) == scale && std::nearbyint(zero) == zero; }

    /// Does float hold the value of each of the (few) stored numbers exactly?
    bool fits_float() const
    {
        // NOLINTNEXTLINE(bugprone-float-loop-counter,clang-analyzer-security.FloatLoopCounter)
        for (double stored = lowest; stored <= highest; ++stored)
        {
            const double value = stored * scale + zero;
            if (static_cast<double>(static_cast<float>(value)) != value || std::fma(stored, scale, zero) != value)
                return false;
        }
        return true;
    }

    template <typename T>
    bool fits_integer() const
    {
        const double low = std::min(lowest * scale, highest * scale) + zero;
        const double high = std::max(lowest * scale, highest * scale) + zero;
        constexpr double exact = 0x1p53;
        return low >= -exact && high <= exact && low >= static_cast<double>(std::numeric_limits<T>::min()) &&
               high <= static_cast<double>(std::numeric_limits<T>::max());
    }
};

template <typename... Candidates>
uint8_t first_that_fits(const Scaling &scaling)
{
    uint8_t found = type_code<double>();
    static_cast<void>(((scaling.fits_integer<Candidates>() ? (found = type_code<Candidates>(), true) : false) || ...));
    return found;
}

uint8_t scaled_type(uint8_t stored, double scale, double zero)
{
    return visit_type(stored, [&](auto number) -> uint8_t {
        using T = decltype(number);
        if constexpr (std::is_integral_v<T>)
        {
            if (scale == 1 && zero == 0x1p63 && sizeof(T) == 8)
                return type_code<uint64_t>();
            const Scaling scaling{scale, zero, static_cast<double>(std::numeric_limits<T>::min()),
                                  static_cast<double>(std::numeric_limits<T>::max())};
            if (scaling.is_integral())
                return first_that_fits<uint8_t, int8_t, uint16_t, int16_t, uint32_t, int32_t, uint64_t, int64_t>(
                    scaling);
            return sizeof(T) <= 2 && scaling.fits_float() ? type_code<float>() : type_code<double>();
        }
        return type_code<double>();
    });
}

/// The smallest floating type that holds every value of an integer type; double where none does.
uint8_t floating_type(uint8_t atype)
{
    return is_safe_cast(atype, type_code<float>()) ? type_code<float>() : type_code<double>();
}

bool has_undefined(fitsfile *file, uint64_t count, const std::string &path)
{
    constexpr uint64_t step = uint64_t{1} << 20U;
    std::vector<double> values(std::min(step, count));
    double undefined = std::numeric_limits<double>::quiet_NaN();
    for (uint64_t first = 0; first < count; first += step)
        if (read_fits_elements(file, type_code<double>(), first, std::min(step, count - first), &undefined,
                               values.data(), path))
            return true;
    return false;
}

/// Throw when the file ends before the image: before room is made for it, or half of it is published.
void require_data(fitsfile *file, uint64_t wanted_bytes, const std::string &path)
{
    int status = 0;
    LONGLONG begin = 0;
    fits_get_hduaddrll(file, nullptr, &begin, nullptr, &status);
    check_fits(status, path);
    const uint64_t found_bytes = static_cast<uint64_t>(std::max<LONGLONG>(0, file->Fptr->filesize - begin));
    if (found_bytes < wanted_bytes)
        throw ToolError(fmt::format("{}: {} bytes of data; expected {}, by its header: the file is cut", path,
                                    found_bytes, wanted_bytes));
}

/// Was at least a part of the image's real numbers compressed as integers? Throw when it was and it is not said how:
/// cfitsio would take bits for numbers.
bool is_quantized(fitsfile *file, const std::string &path)
{
    if (file->Fptr->cn_zscale != 0)
        return true;
    const int compression = file->Fptr->compress_type;
    if (compression == RICE_1 || compression == PLIO_1 || compression == HCOMPRESS_1)
        throw ToolError(fmt::format("{}: real numbers that were compressed as integers, without ZSCALE; expected it: "
                                    "without it their values are not known",
                                    path));
    return false;
}

/// Read real numbers as they are stored, or, where they are integers, as these say. `undefined`: what an integer that
/// stands for no number becomes; null: a number.
template <typename Real>
void read_stored(fitsfile *file, uint64_t first, uint64_t count, Real *undefined, Real *destination,
                 const std::string &path)
{
    int status = 0;
    fits_set_bscale(file, 1, 0, &status);
    check_fits(status, path);
    read_fits_elements(file, type_code<Real>(), first, count, undefined, destination, path);
}

/// Where cfitsio looks for undefined integers it makes NaN of infinities and 0 of the smallest numbers, which only the
/// parts of the image have that could not be compressed as integers: those it reads well when it looks for none.
template <typename Real>
void read_quantized(fitsfile *file, uint64_t first, uint64_t count, Real *destination, const std::string &path)
{
    Real undefined = std::numeric_limits<Real>::quiet_NaN();
    read_stored(file, first, count, &undefined, destination, path);
    if (std::none_of(destination, destination + count, [](Real number) { return std::isnan(number) || number == 0; }))
        return;
    std::vector<Real> unchecked(count);
    read_stored<Real>(file, first, count, nullptr, unchecked.data(), path);
    std::transform(destination, destination + count, unchecked.begin(), destination, [](Real checked, Real number) {
        const bool was_infinite = std::isnan(checked) && std::isinf(number);
        const bool was_small = checked == 0 && std::fpclassify(number) == FP_SUBNORMAL;
        return was_infinite || was_small ? number : checked;
    });
}

template <typename Real>
void read_reals(fitsfile *file, const FitsValues &values, uint64_t first, uint64_t count, void *destination,
                const std::string &path)
{
    const bool is_scaled = values.scale != 1 || values.zero != 0;
    std::vector<Real> room(is_scaled ? count : 0);
    Real *const numbers = is_scaled ? room.data() : static_cast<Real *>(destination);
    if (values.is_quantized)
        read_quantized(file, first, count, numbers, path);
    else
        read_stored<Real>(file, first, count, nullptr, numbers, path);
    std::transform(room.begin(), room.end(), static_cast<double *>(destination),
                   [&](Real number) { return number * values.scale + values.zero; });
}

void read_integers(fitsfile *file, const FitsValues &values, uint64_t first, uint64_t count, void *destination,
                   const std::string &path)
{
    float undefined_float = std::numeric_limits<float>::quiet_NaN();
    double undefined_double = std::numeric_limits<double>::quiet_NaN();
    const bool is_float = values.atype == type_code<float>();
    void *undefined = is_float ? static_cast<void *>(&undefined_float) : &undefined_double;
    int status = 0;
    fits_set_bscale(file, values.scale, values.zero, &status); // cfitsio takes a card without a value for 0
    check_fits(status, path);
    read_fits_elements(file, values.atype, first, count, values.has_nulls ? undefined : nullptr, destination, path);
}

}

FitsValues fits_values(fitsfile *file, uint64_t count, const std::string &path)
{
    int status = 0;
    int bitpix = 0;
    fits_get_img_type(file, &bitpix, &status);
    const bool is_compressed = fits_is_compressed_image(file, &status) != 0;
    check_fits(status, path);
    if (is_compressed && file->Fptr->compress_type == NOCOMPRESS) // as some write for a try
        throw ToolError(
            fmt::format("{}: compressed as NOCOMPRESS, which cfitsio does not read; expected RICE_1, GZIP_1, "
                        "GZIP_2, PLIO_1 or HCOMPRESS_1",
                        path));
    const uint8_t stored = stored_type(bitpix, path);
    if (!is_compressed)
        require_data(file, count * daoTypeSize(stored), path);
    const bool is_integer = bitpix > 0;
    FitsValues values;
    values.stored = stored;
    values.scale = scale_number(file, "BSCALE", 1, path);
    values.zero = scale_number(file, "BZERO", 0, path);
    const bool is_scaled = values.scale != 1 || values.zero != 0;
    values.atype = is_scaled ? scaled_type(stored, values.scale, values.zero) : stored;
    values.is_quantized = is_compressed && !is_integer && is_quantized(file, path);
    const bool may_have_nulls = is_integer && (header_number(file, "BLANK") || header_number(file, "ZBLANK"));
    values.has_nulls = may_have_nulls && has_undefined(file, count, path);
    if (values.has_nulls)
        values.atype = floating_type(values.atype);
    return values;
}

void read_fits_numbers(fitsfile *file, const FitsValues &values, uint64_t first, uint64_t count, void *destination,
                       const std::string &path)
{
    if (values.stored == type_code<float>())
        read_reals<float>(file, values, first, count, destination, path);
    else if (values.stored == type_code<double>())
        read_reals<double>(file, values, first, count, destination, path);
    else
        read_integers(file, values, first, count, destination, path);
}

}
