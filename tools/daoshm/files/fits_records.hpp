/// The table FRAMES of a recording in FITS.
#pragma once

#include <string>
#include <vector>

#include "files/fits_common.hpp"
#include "files/frame_file.hpp"

namespace daoshm
{

struct FitsRecords
{
    std::vector<FrameRecord> records; ///< empty when there is no such table
    bool have_checksums = false;
    std::string note; ///< why a table of that name was passed over
};

/// For `frames` frames. The file stands at another HDU afterwards.
FitsRecords read_fits_records(fitsfile *file, uint64_t frames, const std::string &path);

}
