// A frame on its way out: copied once from its segment, sent to however many.
#pragma once

#include "dao.h"
#include "socket/socket.hpp"
#include "wire/frame_text.hpp"

#include <memory>
#include <mutex>

namespace dao::net
{

// Memory for frames that libzmq gives back when it has sent them, from threads of its own.
class BufferPool : public std::enable_shared_from_this<BufferPool>
{
  public:
    // A message of so many bytes, undefined ones.
    zmq::message_t take(uint64_t bytes);

  private:
    struct Lease;
    using Buffer = std::unique_ptr<unsigned char[]>;

    static void give_back(void *data, void *lease);
    void keep(Buffer buffer, uint64_t bytes);

    std::mutex mutex_;
    uint64_t bytes_ = 0; // of each that is kept
    std::vector<Buffer> free_;
};

struct FrameCopy
{
    DAO_FRAME frame = DAO_FRAME_INIT;
    std::string header; // wire::write_frame_part()
    uint64_t bytes = 0;
    uint64_t missed = 0; // before it, by networks that it came through
    zmq::message_t data;
};

// Whether both are the same content of the same slot.
inline bool is_same(const DAO_FRAME &one, const DAO_FRAME &other)
{
    return one.cnt0 == other.cnt0 && one.generation == other.generation && one.epoch == other.epoch;
}

}
