// Where the extension of an open segment lies, for tests that look at its words.
#pragma once

#include "format/extension.hpp"

#include <cstdint>
#include <dao.h>

namespace test
{

/** Of a segment with room for a keyword. */
inline dao::format::Extension &extension_of(IMAGE *image)
{
    auto end = reinterpret_cast<uintptr_t>(image->kw + image->md->NBkw); // the mapping begins at a page
    end = (end + dao::format::extension_alignment - 1) / dao::format::extension_alignment *
          dao::format::extension_alignment;
    return *reinterpret_cast<dao::format::Extension *>(end);
}

}
