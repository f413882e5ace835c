#include "recording/frame_queue.hpp"

namespace daoshm
{

FrameQueue::FrameQueue(size_t frame_bytes, size_t capacity) : frame_bytes_(frame_bytes), buffers_remaining_(capacity) {}

std::vector<std::byte> FrameQueue::borrow_buffer()
{
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return is_closed_ || !spare_.empty() || buffers_remaining_ > 0; });
    if (is_closed_)
        return {};
    if (spare_.empty())
    {
        --buffers_remaining_;
        return std::vector<std::byte>(frame_bytes_);
    }
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

size_t FrameQueue::size() const
{
    const std::lock_guard lock(mutex_);
    return frames_.size();
}

}
