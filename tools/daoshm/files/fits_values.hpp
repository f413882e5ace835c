/// What the numbers of a FITS image mean: the element type that holds them, after BSCALE, BZERO and BLANK.
#pragma once

#include <cstdint>
#include <string>

#include "files/fits_common.hpp"

namespace daoshm
{

struct FitsValues
{
    uint8_t atype = 0;         ///< of the single numbers
    bool has_nulls = false;    ///< undefined integers are there, and read as NaN
    bool is_quantized = false; ///< real numbers, that were compressed as integers where that was possible
    uint8_t stored = 0;        ///< the type in the file, in which real numbers are read; they are scaled here
    double scale = 1;
    double zero = 0;
};

/// Of the image that `file` stands at, of `count` numbers: the smallest type that holds every one exactly, and where
/// there is none, double; a floating type when any is undefined.
FitsValues fits_values(fitsfile *file, uint64_t count, const std::string &path);

/// Read numbers of that type.
void read_fits_numbers(fitsfile *file, const FitsValues &values, uint64_t first, uint64_t count, void *destination,
                       const std::string &path);

}
