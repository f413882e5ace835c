/// Elements of a FITS image by their place in it, also where cfitsio knows only boxes: in a compressed image of more than
/// three axes.
#pragma once

#include <cstdint>
#include <string>

#include "files/fits_common.hpp"

namespace daoshm
{

/// Read `count` elements from `first` on of the image that `file` stands at, as numbers of type `atype`.
/// @param undefined what those without a value become, of that type; null: whatever number they are stored as
/// @return whether there was one without a value
bool read_fits_elements(fitsfile *file, uint8_t atype, uint64_t first, uint64_t count, void *undefined,
                        void *destination, const std::string &path);

}
