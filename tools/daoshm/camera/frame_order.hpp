/// From a camera's frame ids and clock to those of a segment: ids that never wrap, times since the epoch.
#pragma once

#include <cstdint>

namespace daoshm
{

/// Continues a camera's frame ids where its counter wraps, and counts the ids that were skipped.
class FrameId
{
  public:
    /// @param may_wrap_16_bits  a GigE Vision camera, which may count 1 to 65535 and then from 1 again
    explicit FrameId(bool may_wrap_16_bits) : may_wrap_16_bits_(may_wrap_16_bits) {}
    /// The id of the frame with the camera's `camera_id`. When the camera restarts its counter, or has none, the id
    /// grows by one.
    uint64_t next(uint64_t camera_id);
    /// Ids skipped so far between frames given to next().
    uint64_t skipped() const { return skipped_; }

  private:
    bool may_wrap_16_bits_;
    bool has_last_ = false;
    uint64_t last_camera_id_ = 0;
    uint64_t last_ = 0;
    uint64_t skipped_ = 0;
};

/// Maps the camera's clock to the epoch: unchanged when it keeps the time of day, else by the offset measured with the
/// first frame; the host's time when the camera has no clock.
class FrameClock
{
  public:
    enum class Source
    {
        unknown,
        epoch,
        offset,
        host
    };
    /// @param camera_ns  the camera's time of the frame, 0: none
    /// @param host_ns    when its first packet arrived, since the epoch
    int64_t time_ns(uint64_t camera_ns, uint64_t host_ns);
    Source source() const { return source_; }
    int64_t offset_ns() const { return offset_ns_; }

  private:
    Source source_ = Source::unknown;
    int64_t offset_ns_ = 0;
};

const char *clock_name(FrameClock::Source source);

}
