// One mapped segment: its parts, and the protocol's templates over its words. Knows where things are; what is done
// with them is in the other files of this folder, in wait/ and in frames/. Never moves once it is attached.
#pragma once

#include "base/word.hpp"
#include "format/extension.hpp"
#include "format/layout.hpp"
#include "platform/platform.hpp"
#include "protocol/generation.hpp"
#include "protocol/notifier.hpp"
#include "protocol/semaphores.hpp"
#include "protocol/slots.hpp"
#include "protocol/system_semaphores.hpp"
#include "protocol/writer_lock.hpp"
#include "segment/proof.hpp"
#include "segment/slot_words.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <optional>

namespace dao::segment
{

// The notifier's words in a segment.
class NotifierWords
{
  public:
    using Fence = base::Fence;

    NotifierWords(format::Extension *extension, platform::WaitWord *place) noexcept
        : extension_(extension), place_(place)
    {
    }

    base::Word<uint32_t> word() const noexcept { return base::Word<uint32_t>(&extension_->wait_word); }
    void wake_all(uint32_t remaining) const noexcept { place_->wake_all(&extension_->wait_word, remaining); }

  private:
    format::Extension *extension_;
    platform::WaitWord *place_;
};

// The C library's semaphores in a segment.
class NativeSemaphoreWords
{
  public:
    using Fence = base::Fence;
    static constexpr bool takes_are_fences = base::exchanges_are_fences;

    explicit NativeSemaphoreWords(format::Extension *extension) noexcept : extension_(extension) {}

    // The value, and a bit above it that some libraries keep there.
    class Value
    {
      public:
        explicit Value(void *place) noexcept : word_(static_cast<uint32_t *>(place)) {}
        uint32_t load_relaxed() const noexcept { return word_.load_relaxed() & value_mask; }
        uint32_t fetch_add_release(uint32_t value) const noexcept
        {
            return word_.fetch_add_release(value) & value_mask;
        }

      private:
        static constexpr uint32_t value_mask = 0x7fffffff;
        base::Word<uint32_t> word_;
    };

    Value value(uint32_t number) const noexcept { return Value(extension_->native_semaphores[number]); }
    void post(uint32_t number) const noexcept
    {
        platform::NativeSemaphore(extension_->native_semaphores[number]).post();
    }

  private:
    format::Extension *extension_;
};

// What lies around the slots, in a segment.
class GenerationWords
{
  public:
    explicit GenerationWords(format::Extension *extension) noexcept : extension_(extension) {}

    base::Word<uint64_t> published() const noexcept { return base::Word<uint64_t>(&extension_->published); }
    base::Word<uint32_t> generation() const noexcept { return base::Word<uint32_t>(&extension_->generation); }
    base::Word<uint32_t> resetting() const noexcept { return base::Word<uint32_t>(&extension_->resetting); }

  private:
    format::Extension *extension_;
};

class Segment;

// Whether the process behind a token of this segment is proven dead.
struct IsDead
{
    const Segment *segment;
    bool operator()(base::ProcessToken token) const noexcept;
};

class Segment
{
  public:
    using Slots = protocol::Slots<SlotWords>;
    using Generation = protocol::Generation<GenerationWords>;
    using Notifier = protocol::Notifier<NotifierWords>;
    using Semaphores = protocol::Semaphores<base::Word<uint32_t>>;
    using SystemSemaphores = protocol::SystemSemaphores<NativeSemaphoreWords>;
    using Lock = protocol::WriterLock<base::Word<uint64_t>, IsDead>;

    static constexpr uint32_t semaphore_count = IMAGE_NB_SEMAPHORE;

    // `path`: where that name is, whatever this process's folder is later. `identity`: of `file`.
    Segment(const char *name, const char *path, platform::File file, const platform::FileIdentity &identity,
            platform::Mapping mapping, const format::Layout &layout, bool read_only) noexcept;
    ~Segment();
    Segment(const Segment &) = delete;
    Segment &operator=(const Segment &) = delete;

    // A file that holds no segment yet: writes everything but the frames.
    void initialise(bool shared, bool dao_semaphores) noexcept;

    const char *name() const noexcept { return name_; }
    const char *path() const noexcept { return path_; }
    const format::Layout &layout() const noexcept { return layout_; }
    const platform::File &file() const noexcept { return file_; }
    uint64_t mapped_bytes() const noexcept { return mapping_.bytes(); }
    bool read_only() const noexcept { return read_only_; }

    // Null where the segment's maker was not this library.
    format::Extension *extension() const noexcept { return extension_; }
    // Whether waiters can rely on the notifier: every writer notifies, and this handle may say that it sleeps.
    bool has_reliable_notifier() const noexcept
    {
        return extension_ != nullptr && !read_only_ && !has_dao_semaphores() && !has_direct_frames();
    }
    // Whether DAO programs share the segment, and wait by its named semaphores.
    bool has_dao_semaphores() const noexcept { return extension_ == nullptr || has_flag(format::flag_dao_semaphores); }
    // Whether it has named semaphores, DAO's or its own.
    bool has_named_semaphores() const noexcept
    {
        return extension_ == nullptr || has_flag(format::flag_dao_semaphores | format::flag_named_semaphores);
    }
    // Whether it has the C library's semaphores, and this process may use them.
    bool has_native_semaphores() const noexcept
    {
        return usable_semaphores_ != 0 && extension_->semaphore_layout == usable_semaphores_;
    }
    // Whether the newest frame was not published by this library: a program counted it in the metadata itself. Also true
    // for the moment between W4 and W7.
    bool has_direct_frames() const noexcept { return published_counter() != slots().newest().counter; }

    unsigned char *slot_data(uint32_t slot) const noexcept { return data_ + slot * layout_.slot_stride; }
    IMAGE_METADATA *metadata(uint32_t slot) const noexcept { return words_.metadata(slot); }
    IMAGE_METADATA *first_metadata() const noexcept { return words_.metadata(0); }
    IMAGE_KEYWORD *keywords() const noexcept;
    uint64_t element_bytes() const noexcept { return element_bytes_; }
    uint64_t element_count() const noexcept { return layout_.element_count; }
    uint64_t frame_bytes() const noexcept { return element_count() * element_bytes(); }
    uint32_t depth() const noexcept { return layout_.geometry.depth; }

    Slots slots() const noexcept { return Slots(words_); }
    // Only with an extension.
    Notifier notifier() const noexcept { return Notifier(NotifierWords(extension_, &*wait_word_)); }
    Semaphores semaphores() const noexcept { return Semaphores(base::Word<uint32_t>(&extension_->semaphores)); }
    Lock writer_lock() const noexcept { return lock(&extension_->writer_lock, protocol::Sharing::packets); }
    Lock keyword_lock() const noexcept { return lock(&extension_->keyword_lock, protocol::Sharing::none); }
    Generation frame_generation() const noexcept { return Generation(GenerationWords(extension_)); }
    // Only where no frame is read after it.
    uint64_t published_counter() const noexcept { return GenerationWords(extension_).published().load_relaxed(); }
    IsDead is_dead() const noexcept { return IsDead{this}; }

    // Who this process is in the locks and the readers' table; 0 before show_presence().
    base::ProcessToken self() const noexcept { return proof_.token(); }
    // Gives this process a token, and a proof that it lives where that is possible. False when out of memory.
    bool show_presence() noexcept { return proof_.token() != 0 || proof_.begin(file_, path_, *extension_); }
    // The name of this process, after show_presence().
    const char *own_name() const noexcept { return proof_.name(); }
    // Which handle of this process has the writer lock, after show_presence().
    void note_lock_holder(const void *handle) noexcept { proof_.note_lock_holder(handle); }
    bool is_lock_holder(const void *handle) const noexcept { return proof_.is_lock_holder(handle); }
    // The same for the keywords' lock, and the call that changes them.
    void note_keyword_holder(const void *call) noexcept { proof_.note_keyword_holder(call); }
    bool is_keyword_holder(const void *call) const noexcept { return proof_.is_keyword_holder(call); }
    // Whether this process has begun a frame of packets, and neither ended it nor been told that its lock was taken away.
    void note_packets() noexcept { proof_.note_packets(); }
    bool has_packets() const noexcept { return proof_.has_packets(); }
    void forget_packets() noexcept
    {
        if (show_presence() && has_packets())
            note_lock_holder(nullptr);
    }
    // Whether somebody else's opening of the file holds the lock that goes with the token.
    platform::ByteLock query_proof(base::ProcessToken token) const noexcept;
    // Sleeps while the notifier's word is `expected`.
    platform::Sleep sleep_while_equal(uint32_t expected, int64_t timeout_ns) const noexcept
    {
        return wait_word_->sleep_while_equal(&extension_->wait_word, expected, timeout_ns);
    }

    uint32_t generation() const noexcept;
    format::SegmentState state() const noexcept
    {
        if (extension_ == nullptr)
            return format::state_live;
        return static_cast<format::SegmentState>(base::Word<uint32_t>(&extension_->state).load_relaxed());
    }
    // Asks the file system: live, replaced or removed. Made again in place counts as replaced.
    Status query_name() const noexcept;

    // Whether the memory is no longer that of the segment that was opened: another program truncated the file or made
    // it again in place, or it cannot be read. Two words. To be asked after the words or the data were read.
    bool is_lost() const noexcept
    {
        return mapping_.is_lost() || base::Word<uint64_t>(identity_place_).load_relaxed() != identity_;
    }
    // Whether the file ends before the segment does, as is_lost() cannot tell where nothing lies behind the data: in segments
    // of DAO's that were cut within their last page. Asks the file system, for these alone.
    bool is_cut() const noexcept { return extension_ == nullptr && is_shorter_than_mapped(); }
    // What a call on lost memory ends with: replaced or removed, or an error where the file cannot be read.
    Status check_memory() const noexcept { return is_lost() ? report_loss() : Status::success; }

    // How many semaphores the segment has. The number in its metadata may be anybody's.
    uint16_t semaphore_limit() const noexcept
    {
        return std::min<uint16_t>(first_metadata()->sem, static_cast<uint16_t>(semaphore_count));
    }
    platform::NamedSemaphore &named_semaphore(uint32_t number) noexcept { return named_semaphores_[number]; }
    // Only with has_native_semaphores().
    platform::NativeSemaphore native_semaphore(uint32_t number) const noexcept
    {
        return platform::NativeSemaphore(extension_->native_semaphores[number]);
    }
    SystemSemaphores system_semaphores() const noexcept { return SystemSemaphores(NativeSemaphoreWords(extension_)); }
    // What programs may wait on themselves: the named semaphore, or else the native one. Null when there is neither.
    void *program_semaphore(uint32_t number) noexcept;
    // Opens the named semaphores that are not open yet, making them when `create`.
    void open_named_semaphores(bool create, uint32_t mode) noexcept
    {
        open_named_semaphores(create, mode, has_dao_semaphores());
    }
    // The same for DAO's, in a segment that is not marked yet as one that has them.
    void make_dao_semaphores(uint32_t mode) noexcept { open_named_semaphores(true, mode, true); }
    // Opens those that were made since the segment was opened. Looks at most ten times a second.
    void find_named_semaphores() noexcept;
    bool has_found_named_semaphores() const noexcept;
    void remove_named_semaphores() const noexcept;

  private:
    // Notes what distinguishes this segment from another one made in its place.
    void identify() noexcept;
    bool is_made_again(uint64_t file_bytes) const noexcept;
    bool query_own_file(platform::FileInfo &info) const noexcept;
    bool is_shorter_than_mapped() const noexcept;
    Status report_loss() const noexcept;
    void initialise_semaphores() noexcept;
    void open_named_semaphores(bool create, uint32_t mode, bool dao_names) noexcept;
    void name_semaphore(uint32_t number, bool dao_names, char *text, size_t capacity) const noexcept;
    bool has_flag(uint32_t flags) const noexcept
    {
        return (base::Word<uint32_t>(&extension_->flags).load_relaxed() & flags) != 0;
    }

    Lock lock(uint64_t *word, protocol::Sharing sharing) const noexcept
    {
        return Lock(base::Word<uint64_t>(word), proof_.token(), IsDead{this}, sharing);
    }

    char name_[format::name_capacity] = {}; // goes into the file whole
    char path_[platform::path_capacity] = {};
    platform::File file_;
    platform::FileIdentity file_identity_; // of the file, nothing for a private image
    platform::FolderView folder_view_;     // when it was opened
    platform::Mapping mapping_;
    format::Layout layout_;
    bool read_only_;
    uint64_t element_bytes_;
    unsigned char *data_;
    format::Extension *extension_ = nullptr;
    uint32_t usable_semaphores_ = 0;     // the C library's layout that this handle may use; 0: none
    uint64_t *identity_place_ = nullptr; // the segment id, or where there is none, the time of creation
    uint64_t identity_ = 0;
    uint64_t creation_time_ = 0; // its bytes, for they need not be a number
    SlotWords words_;
    Proof proof_;
    mutable std::optional<platform::WaitWord> wait_word_;
    std::array<platform::NamedSemaphore, semaphore_count + 1> named_semaphores_; // the last is the loggers'
    std::atomic<int64_t> next_search_ns_{0};
    // Words that layouts without them lack: the newest slot is always 0, the epoch never grows.
    uint32_t only_slot_ = 0;
    // What is known of a frame says nothing of another mapping's.
    mutable uint64_t own_epoch_ = 0;
};

// Puts a segment behind a pointer; fails when out of memory.
Status make_segment(const char *name, const char *path, platform::File file, platform::Mapping mapping,
                    const format::Layout &layout, bool read_only, std::shared_ptr<Segment> &segment) noexcept;

}
