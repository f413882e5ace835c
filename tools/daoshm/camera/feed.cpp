#include "camera/feed.hpp"

#include <fmt/format.h>

#include "frame/times.hpp"
#include "platform/platform.hpp"
#include "terminal/progress.hpp"
#include "text/exit_code.hpp"
#include "text/numbers.hpp"
#include "timing/interrupt.hpp"

namespace daoshm
{

namespace
{

constexpr int64_t keyword_interval_ns = 1'000'000'000;

class Feed
{
  public:
    Feed(Acquisition &acquisition, Dao::Image &segment, const CameraFrame &frame, const FrameId &frame_id)
        : acquisition_(acquisition), segment_(segment), frame_(frame), frame_id_(frame_id)
    {
    }

    FeedResult run(const FeedLimits &limits, Progress &progress);

  private:
    void take(ArvBuffer *buffer);
    void publish_frame(ArvBuffer *buffer, uint64_t id);
    const void *frame_data(ArvBuffer *buffer) const;
    void write_clock_keywords();
    void write_counter_keywords();

    Acquisition &acquisition_;
    Dao::Image &segment_;
    const CameraFrame &frame_;
    FrameId frame_id_;
    FrameClock clock_;
    FeedResult result_;
};

FeedResult Feed::run(const FeedLimits &limits, Progress &progress)
{
    const int64_t started_ns = steady_ns();
    int64_t last_frame_ns = started_ns;
    int64_t keywords_ns = started_ns;
    write_counter_keywords();
    const auto end_at = [&](int64_t now_ns) {
        if (is_interrupted())
            result_.end = FeedEnd::interrupted;
        else if (acquisition_.is_lost())
            result_.end = FeedEnd::camera_lost;
        else if (limits.timeout_ns >= 0 && now_ns - last_frame_ns > limits.timeout_ns)
            result_.end = FeedEnd::timeout;
        else
            return (limits.frames > 0 && result_.frames >= limits.frames) ||
                   (limits.duration_ns >= 0 && now_ns - started_ns >= limits.duration_ns);
        return true;
    };
    for (int64_t now_ns = started_ns; !end_at(now_ns); now_ns = steady_ns())
    {
        if (ArvBuffer *buffer = acquisition_.next(); buffer != nullptr)
        {
            const uint64_t before = result_.frames;
            take(buffer);
            acquisition_.return_buffer(buffer);
            if (result_.frames > before)
                last_frame_ns = steady_ns();
            progress.update(result_.frames,
                            fmt::format("{}, {} lost", count_text(result_.frames, "frame"), result_.lost));
        }
        if (now_ns - keywords_ns >= keyword_interval_ns)
        {
            write_counter_keywords();
            keywords_ns = now_ns;
        }
    }
    write_counter_keywords();
    result_.clock = clock_.source();
    return result_;
}

/// The frame is copied: Aravis fills several buffers ahead, a segment lends one slot at a time.
void Feed::take(ArvBuffer *buffer)
{
    const uint64_t id = frame_id_.next(arv_buffer_get_frame_id(buffer));
    if (arv_buffer_get_status(buffer) == ARV_BUFFER_STATUS_SUCCESS)
        publish_frame(buffer, id);
    else
        ++result_.incomplete;
    result_.lost = frame_id_.skipped() + result_.incomplete;
}

const void *Feed::frame_data(ArvBuffer *buffer) const
{
    const int width = arv_buffer_get_image_width(buffer);
    const int height = arv_buffer_get_image_height(buffer);
    int x_padding = 0;
    int y_padding = 0;
    arv_buffer_get_image_padding(buffer, &x_padding, &y_padding);
    if (width != static_cast<int>(frame_.width) || height != static_cast<int>(frame_.height) ||
        arv_buffer_get_image_pixel_format(buffer) != frame_.format.code || x_padding != 0)
        throw ToolError(fmt::format("camera frame: {} x {} pixels of format {:#010x}, lines padded by {} bytes; "
                                    "expected {} x {} of {} ({:#010x}) without padding",
                                    width, height, arv_buffer_get_image_pixel_format(buffer), x_padding, frame_.width,
                                    frame_.height, frame_.format.name, frame_.format.code));
    size_t size_bytes = 0;
    const void *data = arv_buffer_get_image_data(buffer, &size_bytes);
    return size_bytes >= segment_.get_frame_bytes() ? data : nullptr;
}

void Feed::publish_frame(ArvBuffer *buffer, uint64_t id)
{
    const void *data = frame_data(buffer);
    if (data == nullptr)
    {
        ++result_.incomplete;
        return;
    }
    const int64_t time_ns = clock_.time_ns(arv_buffer_get_timestamp(buffer), arv_buffer_get_system_timestamp(buffer));
    segment_.set_frame_id(id);
    segment_.set_acquisition_time(time_point(time_ns));
    publish(segment_, data);
    if (result_.frames++ == 0)
    {
        result_.first_ns = time_ns;
        write_clock_keywords();
    }
    result_.last_ns = time_ns;
}

void Feed::write_clock_keywords()
{
    segment_.set_keyword("CLOCK", clock_name(clock_.source()),
                         "source of times: epoch, offset (camera + CLKOFFNS), host");
    segment_.set_keyword("CLKOFFNS", clock_.offset_ns(), "added to the camera's time, ns; measured with first frame");
}

void Feed::write_counter_keywords()
{
    result_.transport = acquisition_.counts();
    const auto set = [this](const char *name, uint64_t value, const char *comment) {
        segment_.set_keyword(name, static_cast<int64_t>(value), comment);
    };
    set("FRAMELOST", result_.lost, "frames sent by the camera but not published");
    set("FRAMEBAD", result_.incomplete, "those of them that arrived incomplete");
    set("UNDERRUN", result_.transport.underruns, "frames that found no free buffer");
    set("PKTLOST", result_.transport.packets_lost, "packets lost");
    set("PKTRESENT", result_.transport.packets_resent, "packets sent again");
}

}

FeedResult feed(Acquisition &acquisition, Dao::Image &segment, const CameraFrame &frame, const FrameId &frame_id,
                const FeedLimits &limits, bool show_progress)
{
    Progress progress("camera", limits.frames, show_progress);
    return Feed(acquisition, segment, frame, frame_id).run(limits, progress);
}

}
