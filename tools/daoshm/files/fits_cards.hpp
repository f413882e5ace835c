/// Headers of FITS files as text: cards of 80 characters, made by cfitsio in memory.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "files/fits_common.hpp"
#include "files/frame_file.hpp"

namespace daoshm
{

inline constexpr uint64_t fits_block_bytes = 2880;

/// Adds the cards of a format, such as the times of the frames.
using AddCards = std::function<void(fitsfile *file, int &status)>;

/// Of an image of `geometry`: type, axes, segment, what `add` adds, keywords. Whole blocks.
std::string fits_image_header(const FileHeader &header, const Geometry &geometry, const AddCards &add);

/// Of a binary table of 64-bit and 32-bit columns.
struct TableColumn
{
    const char *name;
    const char *form;
    const char *unit;
};
/// Without rows.
std::string fits_table_header(const std::string &name, const std::vector<TableColumn> &columns,
                              const std::vector<std::string> &comments);

/// Set the integer of the card `name`, which is there, in a header.
void set_fits_number(std::string &header, const std::string &name, uint64_t number);
/// Write over the value of the card `name`, which is there and whose value is at least as long.
void set_fits_value(std::string &header, const std::string &name, const std::string &value);

}
