#include "camera/frame_order.hpp"

#include <algorithm>
#include <cstdlib>

namespace daoshm
{

namespace
{

constexpr uint64_t highest_16_bit_id = 65535;
/// A camera clock this close to the host's keeps the time of day; one that counts from power-on is decades off.
constexpr int64_t epoch_tolerance_ns = 60'000'000'000;

}

uint64_t FrameId::next(uint64_t camera_id)
{
    uint64_t step = 1;
    if (!has_last_)
    {
        last_ = camera_id - 1;
        has_last_ = true;
    }
    else if (may_wrap_16_bits_ && last_camera_id_ <= highest_16_bit_id &&
             camera_id + highest_16_bit_id / 2 < last_camera_id_)
        step = highest_16_bit_id - last_camera_id_ + std::max<uint64_t>(camera_id, 1); // some count from 0 again
    else if (camera_id > last_camera_id_)
        step = camera_id - last_camera_id_;
    last_camera_id_ = camera_id;
    last_ += step;
    skipped_ += step - 1;
    return last_;
}

int64_t FrameClock::time_ns(uint64_t camera_ns, uint64_t host_ns)
{
    const auto camera = static_cast<int64_t>(camera_ns);
    const auto host = static_cast<int64_t>(host_ns);
    if (source_ == Source::unknown)
    {
        const bool is_epoch = std::llabs(host - camera) < epoch_tolerance_ns;
        source_ = camera_ns == 0 ? Source::host : is_epoch ? Source::epoch : Source::offset;
        offset_ns_ = source_ == Source::offset ? host - camera : 0;
    }
    return source_ == Source::host ? host : camera + offset_ns_;
}

const char *clock_name(FrameClock::Source source)
{
    switch (source)
    {
    case FrameClock::Source::epoch:
        return "epoch";
    case FrameClock::Source::offset:
        return "offset";
    case FrameClock::Source::host:
        return "host";
    case FrameClock::Source::unknown:
        break;
    }
    return "unknown";
}

}
