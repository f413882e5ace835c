/// What reading and writing FITS share: types, axes and errors of cfitsio.
#pragma once

#include <fitsio.h>

#include <memory>
#include <string>

#ifdef DAOSHM_CFITSIO_LIBRARY
#include "files/cfitsio_library.hpp"
#endif
#include "frame/element_types.hpp"

namespace daoshm
{

/// An element type in cfitsio's terms. Complex elements are pairs: one more axis, the fastest, of 2.
struct FitsType
{
    int bitpix = 0;   ///< for fits_create_img; those of unsigned types and of int8 set BZERO
    int datatype = 0; ///< of the data in memory
};

template <typename T>
constexpr FitsType fits_type_of()
{
    using Real = real_of_t<T>;
    constexpr bool is_signed = std::is_signed_v<Real>;
    if constexpr (std::is_same_v<Real, float>)
        return {FLOAT_IMG, TFLOAT};
    else if constexpr (std::is_same_v<Real, double>)
        return {DOUBLE_IMG, TDOUBLE};
    else if constexpr (sizeof(Real) == 1)
        return is_signed ? FitsType{SBYTE_IMG, TSBYTE} : FitsType{BYTE_IMG, TBYTE};
    else if constexpr (sizeof(Real) == 2)
        return is_signed ? FitsType{SHORT_IMG, TSHORT} : FitsType{USHORT_IMG, TUSHORT};
    else if constexpr (sizeof(Real) == 4)
        return is_signed ? FitsType{LONG_IMG, TINT} : FitsType{ULONG_IMG, TUINT};
    else
        return is_signed ? FitsType{LONGLONG_IMG, TLONGLONG} : FitsType{ULONGLONG_IMG, TULONGLONG};
}

inline FitsType fits_type(uint8_t atype)
{
    return visit_type(atype, [](auto zero) { return fits_type_of<decltype(zero)>(); });
}

inline bool is_complex_type(uint8_t atype)
{
    return visit_type(atype, [](auto zero) { return is_std_complex_v<decltype(zero)>; });
}

/// Throw a ToolError with cfitsio's message unless `status` is 0.
void check_fits(int status, const std::string &path);

struct CloseFits
{
    void operator()(fitsfile *file) const
    {
        int status = 0;
        fits_close_file(file, &status);
    }
};
using FitsFile = std::unique_ptr<fitsfile, CloseFits>;

inline constexpr const char *frames_extension = "FRAMES";
inline constexpr const char *complex_axis = "COMPLEX"; ///< CTYPE1 of complex data in the FITS standard

}
