// An errno as the library's error.
#pragma once

#include "base/status.hpp"

namespace dao::platform
{

// Records that the attempt to `verb` the segment `name` failed with `cause`, an errno. Returns Status::error.
Status fail_system(const char *name, const char *verb, int cause) noexcept;

}
