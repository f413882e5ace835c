// One mapped segment: its parts, and the protocol's templates over its words. Knows where things are; what is done
// with them is in the other files of this folder. Never moves once it is attached.
#pragma once

#include "base/word.hpp"
#include "format/extension.hpp"
#include "format/layout.hpp"
#include "platform/platform.hpp"
#include "ring/ring.hpp"
#include "ring/segment_memory.hpp"
#include "segment/writer_lock.hpp"
#include "wait/doorbell.hpp"
#include "wait/semaphores.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

namespace dao::segment
{

// The doorbell's words in a segment.
class BellMemory
{
  public:
    BellMemory(format::Extension *extension, platform::Bell *bell) noexcept : extension_(extension), bell_(bell) {}

    base::Word<uint32_t> bell() const noexcept { return base::Word<uint32_t>(&extension_->bell); }
    void wake_all(uint32_t left) const noexcept { bell_->wake_all(&extension_->bell, left); }

  private:
    format::Extension *extension_;
    platform::Bell *bell_;
};

// Whether the process behind a token of this segment lives. One that cannot be judged, because the segment belongs to
// another pid namespace, counts as alive.
struct Liveness
{
    bool can_judge;
    bool operator()(base::ProcessToken token) const noexcept { return !can_judge || platform::is_alive(token); }
};

class Segment
{
  public:
    using Ring = ring::Ring<ring::SegmentMemory>;
    using Doorbell = wait::Doorbell<BellMemory>;
    using Semaphores = wait::Semaphores<base::Word<uint32_t>>;
    using Lock = WriterLock<base::Word<uint64_t>, Liveness>;

    static constexpr uint32_t semaphore_count = IMAGE_NB_SEMAPHORE;

    Segment(const char *name, platform::File file, platform::Mapping mapping, const format::Layout &layout,
            bool read_only) noexcept;

    // A file that holds no segment yet: writes everything but the frames.
    void initialise(bool shared, bool named_semaphores) noexcept;

    const char *name() const noexcept { return name_; }
    const format::Layout &layout() const noexcept { return layout_; }
    const platform::File &file() const noexcept { return file_; }
    uint64_t mapped_bytes() const noexcept { return mapping_.bytes(); }
    bool read_only() const noexcept { return read_only_; }

    // Null where the segment's maker was not this library.
    format::Extension *extension() const noexcept { return extension_; }
    // Whether waiters can rely on the doorbell: every writer rings it, and this handle may say that it sleeps.
    bool has_reliable_bell() const noexcept { return extension_ != nullptr && !read_only_ && !has_named_semaphores(); }
    bool has_named_semaphores() const noexcept;

    unsigned char *slot_data(uint32_t slot) const noexcept { return data_ + slot * layout_.slot_stride; }
    IMAGE_METADATA *metadata(uint32_t slot) const noexcept { return memory_.metadata(slot); }
    IMAGE_METADATA *first_metadata() const noexcept { return memory_.metadata(0); }
    IMAGE_KEYWORD *keywords() const noexcept;
    uint64_t element_bytes() const noexcept { return element_bytes_; }
    uint64_t element_count() const noexcept { return layout_.element_count; }
    uint32_t depth() const noexcept { return layout_.geometry.depth; }

    Ring ring() const noexcept { return Ring(memory_); }
    // Only with an extension.
    Doorbell doorbell() const noexcept { return Doorbell(BellMemory(extension_, &*bell_)); }
    Semaphores semaphores() const noexcept { return Semaphores(base::Word<uint32_t>(&extension_->semaphores)); }
    Lock writer_lock() const noexcept { return lock(&extension_->writer_lock); }
    Lock keyword_lock() const noexcept { return lock(&extension_->keyword_lock); }
    base::Word<uint64_t> published() const noexcept { return base::Word<uint64_t>(&extension_->published); }
    Liveness liveness() const noexcept { return Liveness{can_judge_}; }

    platform::Bell &bell() const noexcept { return *bell_; }
    uint32_t generation() const noexcept;
    format::SegmentState state() const noexcept;
    // Marks the segment replaced or removed and wakes everybody.
    void retire(format::SegmentState state) const noexcept;
    // Asks the file system: live, replaced or removed. Made again in place counts as replaced.
    Status check_name() const noexcept;

    // Whether the memory is no longer that of the segment that was opened: another program truncated the file or made
    // it again in place, or it cannot be read. Two words. To be asked after the words or the data were read.
    bool is_lost() const noexcept
    {
        return mapping_.is_lost() || base::Word<uint64_t>(identity_place_).load_relaxed() != identity_;
    }
    // What a call on lost memory ends with: replaced or removed, or an error where the file cannot be read.
    Status check_memory() const noexcept { return is_lost() ? report_loss() : Status::success; }
    Status report_loss() const noexcept;

    // How many semaphores the segment has. The number in its metadata may be anybody's.
    uint16_t semaphore_limit() const noexcept
    {
        return std::min<uint16_t>(first_metadata()->sem, static_cast<uint16_t>(semaphore_count));
    }
    platform::NamedSemaphore &named_semaphore(uint32_t number) noexcept { return named_semaphores_[number]; }
    // Opens the named semaphores, making them when `create`.
    void open_named_semaphores(bool create, uint32_t mode) noexcept;
    void remove_named_semaphores() const noexcept;

  private:
    // Takes down what tells this segment from another one made in its place.
    void identify() noexcept;
    bool is_made_again(const platform::FileFacts &facts) const noexcept;

    Lock lock(uint64_t *word) const noexcept
    {
        return Lock(base::Word<uint64_t>(word), platform::this_process().token, Liveness{can_judge_});
    }

    char name_[format::name_capacity];
    platform::File file_;
    platform::Mapping mapping_;
    format::Layout layout_;
    bool read_only_;
    bool can_judge_ = true;
    uint64_t element_bytes_;
    unsigned char *data_;
    format::Extension *extension_ = nullptr;
    uint64_t *identity_place_ = nullptr; // the segment id, or where there is none, the time of creation
    uint64_t identity_ = 0;
    uint64_t creation_time_ = 0; // its bytes, for they need not be a number
    ring::SegmentMemory memory_;
    mutable std::optional<platform::Bell> bell_;
    std::array<platform::NamedSemaphore, semaphore_count + 1> named_semaphores_; // the last is the loggers'
    // Words that layouts without them lack: the newest slot is always 0, the epoch never grows.
    uint32_t only_slot_ = 0;
    mutable uint64_t own_epoch_ = 0;
};

}
