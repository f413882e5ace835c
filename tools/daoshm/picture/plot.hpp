/// A curve drawn with braille dots, two by four a character cell, with its limits beside it.
#pragma once

#include <string>
#include <vector>

namespace daoshm
{

/// @param columns  of the whole plot, labels included
/// @param rows     of text
std::string plot(const std::vector<double> &values, size_t columns, size_t rows);

}
