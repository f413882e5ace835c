/// From the camera's buffers into the segment: each complete frame once, in order, with its id and time.
#pragma once

#include <cstdint>

#include "camera/acquisition.hpp"
#include "camera/frame_order.hpp"
#include "camera/settings.hpp"
#include "segments/segment.hpp"

namespace daoshm
{

struct FeedLimits
{
    uint64_t frames = 0;      ///< 0: no limit
    int64_t duration_ns = -1; ///< negative: no limit
    int64_t timeout_ns = -1;  ///< without a frame; negative: no limit
};

enum class FeedEnd
{
    complete,
    interrupted,
    timeout,
    camera_lost
};

struct FeedResult
{
    FeedEnd end = FeedEnd::complete;
    uint64_t frames = 0;
    uint64_t lost = 0; ///< sent by the camera and not published, the incomplete ones among them
    uint64_t incomplete = 0;
    TransportCounts transport;
    FrameClock::Source clock = FrameClock::Source::unknown;
    int64_t first_ns = 0;
    int64_t last_ns = 0;
};

/// Publish until a limit, Ctrl-C or the loss of the camera. The counters' keywords are updated once a second.
/// Throws when the camera changes the frame's geometry meanwhile.
FeedResult feed(Acquisition &acquisition, Dao::Image &segment, const CameraFrame &frame, const FrameId &frame_id,
                const FeedLimits &limits, bool show_progress);

}
