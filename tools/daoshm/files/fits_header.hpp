/// A segment's keywords in a FITS header.
#pragma once

#include <daoShm.hpp>

#include <string>
#include <vector>

#include "files/fits_common.hpp"

namespace daoshm
{

/// Names that are reserved in FITS, or not valid there, are written as HIERARCH DAO name.
void write_keywords(fitsfile *file, const std::vector<Dao::Keyword> &keywords, const std::string &path);

/// The keywords that a segment can hold, without those that describe the file.
std::vector<Dao::Keyword> read_keywords(fitsfile *file, const std::string &path);

}
