/// The header of a .npy file.
#pragma once

#include <cstdint>
#include <istream>
#include <string>

#include "frame/geometry.hpp"

namespace daoshm
{

/// Always of the same length, so that it can be written again when the number of frames is known.
std::string npy_header(const Geometry &geometry);

struct NpyHeader
{
    Geometry geometry; ///< a 0-d array has one axis of one element
    bool is_big_endian = false;
    bool is_fortran_order = false; ///< the first axis is the fastest
};

/// Read a header of version 1 to 3, up to the first byte of the data. Throws when the file is not .npy, or of a type
/// that segments do not have.
NpyHeader read_npy_header(std::istream &stream, const std::string &path);

}
