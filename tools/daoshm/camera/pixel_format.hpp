/// Pixel formats that are frames of a segment as they are: one grey value per pixel, 8 or 16 bits wide.
#pragma once

#include <cstdint>
#include <string>

#include "camera/aravis.hpp"

namespace daoshm
{

struct PixelFormat
{
    std::string name; ///< as the camera says it
    ArvPixelFormat code;
    uint8_t atype;
};

/// Set the camera to the format `wanted`; when empty keep its own if that is usable, else take the first usable one.
/// Throws, naming what the camera offers, when it has no such format or the format is packed or coloured.
PixelFormat choose_pixel_format(ArvCamera *camera, const std::string &wanted);

}
