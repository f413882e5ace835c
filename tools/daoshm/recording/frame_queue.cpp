#include "recording/frame_queue.hpp"

#include <algorithm>
#include <new>

namespace daoshm
{

namespace
{

/// As much as is ready before the first frame: it is a pause for the system to find memory, above all when it is short.
constexpr size_t ready_bytes = size_t{32} << 20U;

}

FrameQueue::FrameQueue(size_t frame_bytes, size_t capacity) : frame_bytes_(frame_bytes), buffers_remaining_(capacity)
{
    const size_t ready = std::clamp<size_t>(ready_bytes / frame_bytes, 2, std::min<size_t>(capacity, 1024));
    while (spare_.size() < ready && add_buffer())
    {
    }
    if (spare_.empty())
        throw std::bad_alloc();
}

/// One more that is spare. When the memory allowed is used up, those that there are must do.
bool FrameQueue::add_buffer()
try
{
    spare_.emplace_back(frame_bytes_);
    --buffers_remaining_;
    return true;
}
catch (const std::bad_alloc &)
{
    buffers_remaining_ = 0;
    return false;
}

std::vector<std::byte> FrameQueue::borrow_buffer()
{
    std::unique_lock lock(mutex_);
    if (!is_closed_ && spare_.empty() && buffers_remaining_ > 0)
        add_buffer();
    if (!is_closed_ && spare_.empty())
        ++times_full_;
    changed_.wait(lock, [&] { return is_closed_ || !spare_.empty(); });
    if (is_closed_)
        return {};
    std::vector<std::byte> buffer = std::move(spare_.back());
    spare_.pop_back();
    return buffer;
}

void FrameQueue::push(QueuedFrame frame)
{
    const std::lock_guard lock(mutex_);
    frames_.push_back(std::move(frame));
    changed_.notify_all();
}

void FrameQueue::return_buffer(std::vector<std::byte> buffer)
{
    const std::lock_guard lock(mutex_);
    spare_.push_back(std::move(buffer));
    changed_.notify_all();
}

std::optional<QueuedFrame> FrameQueue::pop()
{
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return is_closed_ || !frames_.empty(); });
    if (frames_.empty())
        return std::nullopt;
    QueuedFrame frame = std::move(frames_.front());
    frames_.pop_front();
    return frame;
}

void FrameQueue::close()
{
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
    changed_.notify_all();
}

uint64_t FrameQueue::times_full() const
{
    const std::lock_guard lock(mutex_);
    return times_full_;
}

size_t FrameQueue::size() const
{
    const std::lock_guard lock(mutex_);
    return frames_.size();
}

}
