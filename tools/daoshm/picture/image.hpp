/// A frame as an image of doubles, its resampling, and its stretch to brightness.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace daoshm
{

struct Image
{
    size_t width = 0;
    size_t height = 0;
    std::vector<double> values; ///< row after row, the first row at the top

    double at(size_t x, size_t y) const { return values[y * width + x]; }
};

/// Means of whole areas when smaller, repeated pixels when larger. NaN only where all pixels of the area are NaN.
Image resample(const Image &image, size_t width, size_t height);

/// The largest size of the image's aspect ratio within `width` x `height`.
struct Size
{
    size_t width;
    size_t height;
};
Size fit(const Image &image, size_t width, size_t height);

enum class Curve
{
    linear,
    logarithmic,
    root,
    asinh
};

/// The mapping from values to brightness.
struct Stretch
{
    Curve curve = Curve::linear;
    double lowest = 0;
    double highest = 1;
    /// From 0 to 1; values outside the limits are clamped.
    double operator()(double value) const;
};

/// Limits such that `clip_percent` of the finite values lie below and as many above; 0 for minimum and maximum.
Stretch stretch_for(const std::vector<double> &values, Curve curve, double clip_percent);

}
