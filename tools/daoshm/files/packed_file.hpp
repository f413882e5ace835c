/// Files packed by gzip, unpacked into memory. cfitsio reads them itself, but only the first of several members, such as
/// bgzip makes and `cat a.gz b.gz`.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace daoshm
{

/// Does the file begin as one that is packed by gzip, whatever its name?
bool is_packed(const std::string &path);

/// The content of all its members.
std::vector<std::byte> unpacked(const std::string &path);

}
