/// The images of a FITS file, of which one is read.
#pragma once

#include <string>
#include <vector>

#include "files/fits_common.hpp"

namespace daoshm
{

/// Go to the image that `wanted` names: its number, 0 for the first HDU, or its EXTNAME; empty: the first image, with
/// a note when there are others. @return cfitsio's number of its HDU, from 1
int choose_image(fitsfile *file, const std::string &wanted, const std::string &path, std::vector<std::string> &notes);

/// The axes of the image that `file` stands at, the fastest first; at least one.
std::vector<uint64_t> image_axes(fitsfile *file, const std::string &path);

}
