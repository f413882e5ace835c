/// A segment's keywords in a FITS header.
#pragma once

#include <vector>

#include "files/fits_common.hpp"

namespace daoshm
{

/// Names that FITS keeps for itself, or cannot hold, are written as HIERARCH DAO name.
void write_keywords(fitsfile *file, const std::vector<IMAGE_KEYWORD> &keywords, const std::string &path);

/// The header's own keywords that fit into a segment's; not those that describe the file.
std::vector<IMAGE_KEYWORD> read_keywords(fitsfile *file, const std::string &path);

}
