/// Frames between the thread that reads them and the one that writes the file, bounded in memory.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
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
    int64_t read_ns; ///< when it was read, on the monotonic clock
};

class FrameQueue
{
  public:
    /// @param capacity how many frames there is room for, at most; at least 2
    FrameQueue(size_t frame_bytes, size_t capacity);
    /// A buffer to read the next frame into; waits while the queue is full. Empty once the queue is closed.
    std::vector<std::byte> borrow_buffer();
    void push(QueuedFrame frame);
    void return_buffer(std::vector<std::byte> buffer);
    /// The oldest frame; waits for one. Empty once the queue is closed and has no more frames.
    std::optional<QueuedFrame> pop();
    /// There will be no more frames, or no more are wanted.
    void close();
    size_t size() const;
    /// How often there was no buffer left.
    uint64_t times_full() const;

  private:
    bool add_buffer();

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    size_t frame_bytes_;
    size_t buffers_remaining_;
    std::vector<std::vector<std::byte>> spare_;
    std::deque<QueuedFrame> frames_;
    uint64_t times_full_ = 0;
    bool is_closed_ = false;
};

}
