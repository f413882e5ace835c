#include "publisher/frame_copy.hpp"

#include "handover.hpp"
#include "wire/credit.hpp"

namespace dao::net
{

struct BufferPool::Lease
{
    std::shared_ptr<BufferPool> pool;
    Buffer buffer;
    uint64_t bytes;
};

zmq::message_t BufferPool::take(uint64_t bytes)
{
    Buffer buffer;
    {
        const std::lock_guard lock(mutex_);
        if (bytes != bytes_)
            free_.clear();
        bytes_ = bytes;
        if (!free_.empty())
        {
            buffer = std::move(free_.back());
            free_.pop_back();
        }
    }
    if (buffer == nullptr)
        buffer.reset(new unsigned char[bytes]);
    unsigned char *data = buffer.get();
    auto lease = std::make_unique<Lease>(Lease{shared_from_this(), std::move(buffer), bytes});
    zmq::message_t message(data, bytes, give_back, lease.get());
    (void)lease.release(); // the message owns it now
    return message;
}

void BufferPool::give_back(void *data, void *lease)
{
    take_over(data);
    const std::unique_ptr<Lease> taken(static_cast<Lease *>(lease));
    taken->pool->keep(std::move(taken->buffer), taken->bytes);
}

void BufferPool::keep(Buffer buffer, uint64_t bytes)
{
    const std::lock_guard lock(mutex_);
    if (bytes == bytes_ && free_.size() < wire::every_window(bytes))
        free_.push_back(std::move(buffer));
}

}
