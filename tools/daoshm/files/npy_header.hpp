/// The header of a .npy file.
#pragma once

#include <cstdint>
#include <istream>
#include <string>

#include "frame/geometry.hpp"

namespace daoshm
{

/// Always `npy_header_bytes` long, so that it can be written again when the number of frames is known.
inline constexpr size_t npy_header_bytes = 192;
std::string npy_header(const Geometry &geometry);

/// Read a header of version 1 to 3, up to the first byte of the data. Throws when the file is not .npy, in Fortran
/// order, big-endian, or of a type that segments do not have.
Geometry read_npy_header(std::istream &stream, const std::string &path);

}
