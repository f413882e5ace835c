/// cfitsio as a library of the system, loaded when the first FITS file is wanted: with the thirty libraries that it brings
/// (those of the web, of keys and directories) daoshm would take twice as long to start.
/// In this namespace its functions are objects of the same names, so that calls look the same.
#pragma once

#include <fitsio.h>

// All that files/ calls. A function that is not in this list does not link.
// clang-format off
#define DAOSHM_CFITSIO_FUNCTIONS(F) \
    F(fits_clear_errmsg) \
    F(fits_close_file) \
    F(fits_create_file) \
    F(fits_create_img) \
    F(fits_create_imgll) \
    F(fits_create_tbl) \
    F(fits_get_colnum) \
    F(fits_get_eqcoltype) \
    F(fits_get_errstatus) \
    F(fits_get_hdrspace) \
    F(fits_get_hduaddrll) \
    F(fits_get_img_dim) \
    F(fits_get_img_sizell) \
    F(fits_get_img_type) \
    F(fits_get_keyclass) \
    F(fits_get_num_rowsll) \
    F(fits_is_compressed_image) \
    F(fits_movabs_hdu) \
    F(fits_movnam_hdu) \
    F(fits_open_diskfile) \
    F(fits_open_memfile) \
    F(fits_read_card) \
    F(fits_read_col) \
    F(fits_read_errmsg) \
    F(fits_read_img) \
    F(fits_read_key_dbl) \
    F(fits_read_key_str) \
    F(fits_read_keyn) \
    F(fits_read_keyword) \
    F(fits_read_record) \
    F(fits_read_subset) \
    F(fits_set_bscale) \
    F(fits_write_comment) \
    F(fits_write_key_dbl) \
    F(fits_write_key_lng) \
    F(fits_write_key_longstr) \
    F(fits_write_key_str) \
    F(fits_write_key_ulng)
// clang-format on

namespace daoshm
{

// NOLINTBEGIN(bugprone-macro-parentheses)
struct Cfitsio
{
#define DAOSHM_POINTER(function) decltype(&::function) function = nullptr;
    DAOSHM_CFITSIO_FUNCTIONS(DAOSHM_POINTER)
#undef DAOSHM_POINTER
};

/// Loads it at the first call. Throws a ToolError where it cannot be.
const Cfitsio &cfitsio();

template <auto member, typename Function>
struct CfitsioCall;
template <auto member, typename Result, typename... Arguments>
struct CfitsioCall<member, Result(Arguments...)>
{
    Result operator()(Arguments... arguments) const { return (cfitsio().*member)(arguments...); }
};

#define DAOSHM_CALL(function) inline constexpr CfitsioCall<&Cfitsio::function, decltype(::function)> function;
DAOSHM_CFITSIO_FUNCTIONS(DAOSHM_CALL)
#undef DAOSHM_CALL
// NOLINTEND(bugprone-macro-parentheses)

}
