/// The camera's settings: from the command line into the camera, and from the camera into keywords.
#pragma once

#include "camera/aravis.hpp"
#include "camera/camera.hpp"
#include "camera/pixel_format.hpp"
#include "segments/segment.hpp"

namespace daoshm
{

/// What the camera sends once all settings are made.
struct CameraFrame
{
    PixelFormat format;
    int x;
    int y;
    uint32_t width;
    uint32_t height;
};

/// Throws with the setting, the value and what the camera accepts.
CameraFrame apply_settings(ArvCamera *camera, const CameraOptions &options);

/// Room for the keywords of settings and counters.
inline constexpr uint32_t camera_keyword_count = 32;
void write_setting_keywords(Dao::Image &segment, ArvCamera *camera, const CameraFrame &frame);
/// A keyword holds 16 bytes of text; the comment has the whole text when it is longer.
void set_text_keyword(Dao::Image &segment, const char *name, const std::string &value, const char *comment);

}
