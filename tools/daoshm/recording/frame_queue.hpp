/// Frames on their way from the thread that reads them to the one that writes the file, bounded in memory.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

#include "files/frame_file.hpp"

namespace daoshm
{

struct QueuedFrame
{
    std::vector<std::byte> data;
    FrameRecord record;
};

class FrameQueue
{
  public:
    FrameQueue(size_t frame_bytes, size_t capacity);
    /// A buffer to read the next frame into; waits while the queue is full. Empty once the queue is closed.
    std::vector<std::byte> take_buffer();
    void push(QueuedFrame frame);
    void give_back(std::vector<std::byte> buffer);
    /// The oldest frame; waits for one. Nothing once the queue is closed and empty.
    std::optional<QueuedFrame> pop();
    /// No more frames come, or none is wanted any more.
    void close();
    size_t size() const;

  private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    size_t frame_bytes_;
    size_t buffers_left_;
    std::vector<std::vector<std::byte>> spare_;
    std::deque<QueuedFrame> frames_;
    bool is_closed_ = false;
};

}
