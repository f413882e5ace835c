// The words of an open segment as the steps of docs/protocol.md change them, to stop a process right after one of them.
#pragma once

#include "../processes/extension.hpp"

#include <atomic>

namespace kills
{

class Words
{
  public:
    // An image with room for a keyword.
    explicit Words(IMAGE *image) : image_(image), extension_(test::extension_of(image)) {}

    uint32_t depth() const { return load(image_->md->fifo_size); }
    uint32_t newest() const { return load(image_->md->fifo_last_written); }
    uint32_t next() const { return (newest() + 1) % depth(); }
    uint64_t counter(uint32_t slot) const { return load(image_->md[slot].cnt0); }
    bool is_marked(uint32_t slot) const { return load(image_->md[slot].write) != 0; }
    uint64_t frame_id(uint32_t slot) const { return load(image_->md[slot].cnt2); }
    int64_t time_ns(uint32_t slot) const { return load(image_->md[slot].atime.tsfixed.secondlong); }
    uint32_t first_pixel(uint32_t slot) const
    {
        // One slot's data follow the other's behind all metadata.
        auto *data = reinterpret_cast<uint32_t *>(image_->md + depth());
        return load(data[slot * image_->md->nelement]);
    }
    bool is_locked() const { return load(extension_.writer_lock) != 0; }
    uint64_t published() const { return load(extension_.published); }
    uint32_t generation() const { return load(extension_.generation); }
    bool is_resetting() const { return load(extension_.resetting) != 0; }

    template <class Holds>
    bool of_all_slots(Holds &&holds) const
    {
        for (uint32_t slot = 0; slot < depth(); ++slot)
            if (!holds(slot))
                return false;
        return true;
    }

  private:
    template <class T>
    static T load(T &word)
    {
        return std::atomic_ref<T>(word).load();
    }

    IMAGE *image_;
    dao::format::Extension &extension_;
};

}
