/// What the numbers of a FITS image mean: the element type that holds them, after BSCALE, BZERO and BLANK.
#pragma once

#include <cstdint>
#include <string>

#include "files/fits_common.hpp"

namespace daoshm
{

struct FitsValues
{
    uint8_t atype = 0;      ///< of the single numbers
    bool has_nulls = false; ///< undefined ones are possible, and read as NaN
};

/// Of the image that `file` stands at, of `count` numbers: the smallest type that holds every one exactly, and where
/// there is none, double; a floating type when any is undefined.
FitsValues fits_values(fitsfile *file, uint64_t count, const std::string &path);

/// Read numbers of that type.
void read_fits_numbers(fitsfile *file, const FitsValues &values, uint64_t first, uint64_t count, void *destination,
                       const std::string &path);

}
