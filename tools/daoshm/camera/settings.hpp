/// The camera's settings: from the command line into the camera, and from the camera into keywords.
#pragma once

#include "camera/aravis.hpp"
#include "camera/camera.hpp"
#include "camera/pixel_format.hpp"
#include "segments/segment.hpp"

namespace daoshm
{

/// What the camera sends after all settings are made.
struct CameraFrame
{
    PixelFormat format;
    int x;
    int y;
    uint32_t width;
    uint32_t height;
};

/// Throws, naming the setting, what was asked for and what the camera takes.
CameraFrame apply_settings(ArvCamera *camera, const CameraOptions &options);

/// Room for the keywords of settings and counters.
inline constexpr uint32_t camera_keyword_count = 32;
void write_setting_keywords(const Segment &segment, ArvCamera *camera, const CameraFrame &frame);
/// Text of more than a keyword's 16 bytes is cut; the comment then has all of it.
void set_text_keyword(const Segment &segment, const char *name, const std::string &value, const char *comment);

}
