/// NumPy's descriptions of element types.
#pragma once

#include <cstdint>
#include <string>

#include "files/python_literal.hpp"

namespace daoshm
{

struct NpyType
{
    uint8_t atype = 0;
    bool is_big_endian = false;
};

/// Such as "<f4".
std::string npy_type_text(uint8_t atype);

/// From the entry descr of a header. Throws, naming what the elements are, when segments have no such type.
NpyType npy_type(const PythonLiteral &description, const std::string &path);

}
