// The subapertures of the demonstration's wavefront sensor: a grid of square cells inside a dark border; those with
// their centre in the round pupil are used. The sensor stamps its frame number into the border of every row.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

namespace demo
{
constexpr uint32_t cell_pixels = 8;
constexpr uint32_t border_pixels = 4;

struct Cell
{
    uint32_t row; // first pixel
    uint32_t column;
    double x; // centre, -1 to 1 over the pupil
    double y;
};

/** @return cells along an axis of that many pixels */
inline uint32_t cells_along(uint32_t pixels)
{
    return pixels > 2 * border_pixels ? (pixels - 2 * border_pixels) / cell_pixels : 0;
}

/** @return the cells whose centre lies in the pupil, row by row */
inline std::vector<Cell> cells_of(uint32_t rows, uint32_t columns)
{
    std::vector<Cell> cells;
    const uint32_t grid_rows = cells_along(rows), grid_columns = cells_along(columns);
    for (uint32_t i = 0; i < grid_rows; ++i)
    {
        for (uint32_t j = 0; j < grid_columns; ++j)
        {
            const double y = (2.0 * i + 1) / grid_rows - 1, x = (2.0 * j + 1) / grid_columns - 1;
            if (x * x + y * y <= 1)
            {
                cells.push_back({border_pixels + i * cell_pixels, border_pixels + j * cell_pixels, x, y});
            }
        }
    }
    return cells;
}

/** The stamp: the frame's number in the first four bytes of each row, lowest byte first. */
inline void put_stamp(uint8_t *row, uint32_t number)
{
    for (uint32_t i = 0; i < 4; ++i)
    {
        row[i] = static_cast<uint8_t>(number >> (8 * i));
    }
}

template <typename Pixel>
uint32_t get_stamp(const Pixel *row)
{
    uint32_t number = 0;
    for (uint32_t i = 0; i < 4; ++i)
    {
        number |= static_cast<uint32_t>(row[i] & 255) << (8 * i);
    }
    return number;
}
} // namespace demo
