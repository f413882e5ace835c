/// A guard for cfitsio, which keeps the lengths of 99 axes in arrays of that size and writes beyond them when a header says more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace daoshm
{

/// Reads at most so many bytes from that place of a file. @return how many there were
using ReadAt = std::function<size_t(uint64_t offset, char *bytes, size_t count)>;

/// Throw when a header of the file has more axes than cfitsio can hold. What is no header ends the search.
void require_few_axes(const ReadAt &read, const std::string &path);

}
