/// A segment's keywords in a FITS header.
#pragma once

#include <daoShm.hpp>

#include <string>
#include <vector>

#include "files/fits_common.hpp"

namespace daoshm
{

/// FITS has printable ASCII only; any other byte becomes a question mark, and `forbidden` an underscore.
std::string ascii_text(std::string text, char forbidden = '\0');

/// Names that are reserved in FITS, not valid there, or written by the tool itself, are written as HIERARCH DAO name.
void write_keywords(fitsfile *file, const std::vector<Dao::Keyword> &keywords, const std::string &path);

/// The keywords that a segment can hold, without those that describe the file.
/// @param left_out gets each of the others, with the reason
std::vector<Dao::Keyword> read_keywords(fitsfile *file, const std::string &path, std::vector<std::string> &left_out);

}
