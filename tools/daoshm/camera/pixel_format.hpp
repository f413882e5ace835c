/// Pixel formats that are frames of a segment as they are: one grey value per pixel, 8 or 16 bits wide.
#pragma once

#include <cstdint>
#include <string>

#include "camera/aravis.hpp"

namespace daoshm
{

struct PixelFormat
{
    std::string name; ///< as the camera names it
    ArvPixelFormat code;
    uint8_t atype;
};

/// Set the camera to the format `wanted`; when empty, leave its own if that is usable, else take the first usable one.
/// Throws with a list of the camera's formats when it does not have it or the format is packed or coloured.
PixelFormat choose_pixel_format(ArvCamera *camera, const std::string &wanted);

}
