// The part of a frame that a caller asks for with x and y.
#pragma once

#include <nanobind/nanobind.h>

namespace daopython
{

namespace nb = nanobind;

/// Slices of a frame's axes: y of the first, x of the second; of a frame with one axis only x.
class Region
{
  public:
    /// Throws Failure for what is neither a slice nor None. Makes containers: to be called without a place.
    Region(nb::handle x, nb::handle y);

    /// Whether anything but the whole frame is asked for.
    bool is_part() const noexcept { return is_part_; }
    /// The part of `array`, whose last `axes` axes are a frame's, as a copy of its own. Throws Failure when the frame has
    /// no such axis. Makes no containers.
    nb::object copy_of(nb::handle array, int axes) const;

  private:
    nb::object key(bool several, bool has_y) const;

    nb::object x_;
    nb::object y_;
    bool is_part_;
    nb::object keys_[2][2]; // of one or several frames, whose axes are x alone or y and x
};

/// The part of an array of one or more frames, or the array itself when all of it is asked for.
inline nb::object part_of(const nb::object &array, int axes, const Region &region)
{
    return region.is_part() ? region.copy_of(array, axes) : array;
}

/// Flat (one axis) on demand.
inline nb::object formed(const nb::object &array, bool flat)
{
    return flat ? nb::object(array.attr("reshape")(-1)) : array;
}

} // namespace daopython
