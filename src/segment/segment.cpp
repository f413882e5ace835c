#include "segment/segment.hpp"

#include "base/error.hpp"
#include "format/element_type.hpp"
#include "platform/fork_mutex.hpp"
#include "segment/semaphore_names.hpp"

#include <algorithm>
#include <bit>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <new>

namespace dao::segment
{

using base::Word;
using format::Extension;

namespace
{

// One thread of this process opens semaphores at a time, and none while it forks.
std::mutex opening_semaphores;

[[maybe_unused]] const bool semaphores_know_forks = platform::keep_free_at_forks<opening_semaphores>();

uint64_t creation_time_bits(IMAGE_METADATA &metadata) noexcept
{
    return std::bit_cast<uint64_t>(Word<double>(&metadata.creation_time).load_relaxed());
}

}

Segment::Segment(const char *name, const char *path, platform::File file, const platform::FileIdentity &identity,
                 platform::Mapping mapping, const format::Layout &layout, bool read_only) noexcept
    : file_(std::move(file)), file_identity_(identity), mapping_(std::move(mapping)), layout_(layout),
      read_only_(read_only), element_bytes_(format::element_size(layout.geometry.atype)),
      data_(mapping_.data() + layout.data_offset)
{
    if (file_.is_open())
        folder_view_ = platform::folder_view(path);
    std::snprintf(name_, sizeof name_, "%s", name);
    std::snprintf(path_, sizeof path_, "%s", path);
    unsigned char *start = mapping_.data();
    auto *first = reinterpret_cast<IMAGE_METADATA *>(start);
    if (layout.extension_offset != 0)
        extension_ = reinterpret_cast<Extension *>(start + layout.extension_offset);
    else
        own_epoch_ = platform::random_number();
    words_ = SlotWords(start, layout.has_fifo_fields ? format::metadata_bytes : format::legacy_metadata_bytes,
                       layout.geometry.depth, layout.has_fifo_fields ? &first->fifo_last_written : &only_slot_,
                       extension_ != nullptr ? &extension_->epoch : &own_epoch_);
    if (extension_ != nullptr)
        wait_word_.emplace(extension_->segment_id);
    if (extension_ != nullptr && !read_only)
        usable_semaphores_ = static_cast<uint32_t>(platform::semaphore_layout());
    identify();
}

// A program that closes descriptors which are not its own (closefrom) may have another file under ours by now.
Segment::~Segment()
{
    platform::FileInfo now;
    if (!file_.is_open() || file_.query(name_, now) != Status::success)
        return;
    if (!(now.identity == file_identity_))
        (void)file_.release();
    else if (extension_ != nullptr && !read_only_ && !mapping_.is_lost() && now.bytes >= mapping_.bytes())
        proof_.note_end(extension_->writer); // what was cut off is not touched: the guard may be off
}

void Segment::identify() noexcept
{
    creation_time_ = creation_time_bits(*first_metadata());
    // cppcheck-suppress invalidPointerCast; its bits alone count
    auto *creation_bits = reinterpret_cast<uint64_t *>(&first_metadata()->creation_time);
    identity_place_ = extension_ != nullptr ? &extension_->segment_id : creation_bits;
    identity_ = Word<uint64_t>(identity_place_).load_relaxed();
    if (extension_ != nullptr && identity_ == 0)
        identity_ = 1; // no segment has the id 0: its file was truncated since it was recognised
}

void Segment::initialise(bool shared, bool dao_semaphores) noexcept
{
    const format::Geometry &geometry = layout_.geometry;
    const double now = static_cast<double>(platform::realtime_ns()) * 1e-9;
    for (uint32_t slot = 0; slot < depth(); ++slot)
    {
        IMAGE_METADATA &metadata = *words_.metadata(slot);
        std::memcpy(metadata.name, name_, sizeof metadata.name);
        metadata.naxis = geometry.naxis;
        std::memcpy(metadata.size, geometry.size, sizeof metadata.size);
        metadata.nelement = layout_.element_count;
        metadata.atype = geometry.atype;
        metadata.creation_time = now;
        metadata.last_access = now;
        metadata.shared = shared ? 1 : 0;
        metadata.sem = semaphore_count;
        metadata.NBkw = static_cast<uint16_t>(geometry.keywords);
    }
    first_metadata()->fifo_size = depth();
    first_metadata()->fifo_last_written = depth() - 1;
    // Byte-wise: after data of odd length, keywords are not aligned.
    for (uint32_t index = 0; index < geometry.keywords; ++index)
        mapping_.data()[layout_.keywords_offset + index * sizeof(IMAGE_KEYWORD) + offsetof(IMAGE_KEYWORD, type)] = 'N';

    extension_->version = format::extension_version;
    extension_->size = sizeof(Extension);
    extension_->segment_id = platform::random_number();
    extension_->process_domain = platform::this_process().identity.pid_namespace;
    extension_->flags = dao_semaphores ? uint32_t{format::flag_dao_semaphores} : 0u;
    extension_->reader_capacity = format::reader_table_size;
    extension_->data_offset = layout_.data_offset;
    extension_->slot_stride = layout_.slot_stride;
    // Never that of a file that was truncated and has grown again, which is 0.
    extension_->epoch = platform::random_number() | 1;
    initialise_semaphores();
    extension_->magic = format::extension_magic;
    wait_word_.emplace(extension_->segment_id);
    identify();
}

void Segment::initialise_semaphores() noexcept
{
    extension_->semaphore_layout = static_cast<uint32_t>(platform::semaphore_layout());
    if (extension_->semaphore_layout == 0 && file_.is_open())
        extension_->flags |= format::flag_named_semaphores;
    for (uint32_t number = 0; number <= protocol::log_semaphore; ++number)
        native_semaphore(number).initialise();
}

IMAGE_KEYWORD *Segment::keywords() const noexcept
{
    if (layout_.geometry.keywords == 0)
        return nullptr;
    return reinterpret_cast<IMAGE_KEYWORD *>(mapping_.data() + layout_.keywords_offset);
}

uint32_t Segment::generation() const noexcept
{
    return extension_ == nullptr ? 0 : frame_generation().number();
}

// The descriptor is known outside (IMAGE.shmfd): another file under its number must not count.
bool Segment::query_own_file(platform::FileInfo &info) const noexcept
{
    return file_.is_open() && file_.query(name_, info) == Status::success && info.identity == file_identity_;
}

bool Segment::is_shorter_than_mapped() const noexcept
{
    platform::FileInfo own;
    return query_own_file(own) && own.bytes < mapping_.bytes();
}

platform::ByteLock Segment::query_proof(base::ProcessToken token) const noexcept
{
    platform::FileInfo now;
    return query_own_file(now) ? file_.query_byte(base::lock_position(token)) : platform::ByteLock::unavailable;
}

// A name that this process may not look at, or not any more, is not reported as removed.
Status Segment::query_name() const noexcept
{
    if (state() == format::state_replaced)
        return Status::replaced;
    if (!file_.is_open()) // a private image: a file of that name is not its own
        return state() == format::state_live ? Status::success : Status::removed;
    platform::FileIdentity now;
    const base::FormerError former;
    platform::Named named = platform::identity_of(path_, now);
    former.restore(); // not knowing is not an error of this call
    if (named == platform::Named::absent && folder_view_.is_known && !(platform::folder_view(path_) == folder_view_))
        named = platform::Named::unknown;
    if (named == platform::Named::absent)
        return Status::removed;
    platform::FileInfo own;
    const bool knows_own = query_own_file(own);
    const bool has_no_name = state() == format::state_removed || (knows_own && own.link_count == 0);
    if (named == platform::Named::unknown && has_no_name)
        return Status::removed;
    if (named == platform::Named::found && (state() != format::state_live || !(now == file_identity_)))
        return Status::replaced;
    if (mapping_.loss() == platform::Loss::unreadable)
        return base::fail(DAO_E_SYSTEM,
                          "%s: cannot read its file any more: input/output error, or no space for a page of it "
                          "on its file system; expected a file that can be read: close this one",
                          name_);
    return is_made_again(knows_own ? own.bytes : mapping_.bytes()) ? Status::replaced : Status::success;
}

// Where another program has truncated the file or made it again in place, nothing in it can be relied on.
bool Segment::is_made_again(uint64_t file_bytes) const noexcept
{
    if (is_lost() || file_bytes != mapping_.bytes())
        return true;
    const format::Geometry &geometry = layout_.geometry;
    IMAGE_METADATA &metadata = *first_metadata();
    bool is_same = Word<uint8_t>(&metadata.naxis).load_relaxed() == geometry.naxis &&
                   Word<uint8_t>(&metadata.atype).load_relaxed() == geometry.atype &&
                   creation_time_bits(metadata) == creation_time_;
    for (unsigned axis = 0; axis < geometry.naxis; ++axis)
        is_same = is_same && Word<uint32_t>(&metadata.size[axis]).load_relaxed() == geometry.size[axis];
    if (layout_.has_fifo_fields)
        is_same = is_same && Word<uint32_t>(&metadata.fifo_size).load_relaxed() == geometry.depth;
    if (extension_ != nullptr)
        is_same = is_same && Word<uint64_t>(&extension_->magic).load_relaxed() == format::extension_magic;
    return !is_same || is_lost(); // the words themselves may just have been lost
}

Status Segment::report_loss() const noexcept
{
    const Status status = query_name();
    return base::condition(status == Status::success ? Status::replaced : status, name_);
}

// DAO's names: the file's base name up to its first dot, and the semaphore. Otherwise names that fit wherever there are any.
void Segment::name_semaphore(uint32_t number, bool dao_names, char *text, size_t capacity) const noexcept
{
    if (!dao_names)
    {
        std::snprintf(text, capacity, "/dao%016" PRIx64 "_%02u", extension_->segment_id, number);
        return;
    }
    const char *base = base_name(name_);
    const auto length = static_cast<int>(stem_length(base));
    if (number == protocol::log_semaphore)
        std::snprintf(text, capacity, "/%.*s_semlog", length, base);
    else
        std::snprintf(text, capacity, "/%.*s_sem%02u", length, base, number);
}

void *Segment::program_semaphore(uint32_t number) noexcept
{
    if (void *named = named_semaphores_[number].native(); named != nullptr)
        return named;
    return has_native_semaphores() ? extension_->native_semaphores[number] : nullptr;
}

void Segment::open_named_semaphores(bool create, uint32_t mode, bool dao_names) noexcept
{
    const std::lock_guard<std::mutex> guard(opening_semaphores);
    char text[format::name_capacity + 16];
    for (uint32_t number = 0; number < named_semaphores_.size(); ++number)
    {
        if (number != protocol::log_semaphore && number >= semaphore_limit())
            continue;
        name_semaphore(number, dao_names, text, sizeof text);
        if (named_semaphores_[number].open(text, create, mode) && create)
            platform::NamedSemaphore::share_as(text, file_);
    }
}

void Segment::find_named_semaphores() noexcept
{
    constexpr int64_t interval_ns = 100'000'000;
    const int64_t now_ns = platform::monotonic_ns();
    int64_t due_ns = next_search_ns_.load(std::memory_order_relaxed);
    if (now_ns >= due_ns && next_search_ns_.compare_exchange_strong(due_ns, now_ns + interval_ns))
        open_named_semaphores(false, 0);
}

// Others may make more of them at any time.
bool Segment::has_found_named_semaphores() const noexcept
{
    return std::all_of(named_semaphores_.begin(), named_semaphores_.begin() + semaphore_limit(),
                       [](const platform::NamedSemaphore &semaphore) { return semaphore.is_open(); });
}

void Segment::remove_named_semaphores() const noexcept
{
    char text[format::name_capacity + 16];
    for (uint32_t number = 0; number < named_semaphores_.size(); ++number)
    {
        name_semaphore(number, has_dao_semaphores(), text, sizeof text);
        platform::NamedSemaphore::remove(text);
    }
}

Status make_segment(const char *name, const char *path, platform::File file, platform::Mapping mapping,
                    const format::Layout &layout, bool read_only, std::shared_ptr<Segment> &segment) noexcept
{
    platform::FileInfo info;
    if (file.is_open() && file.query(name, info) != Status::success)
        return Status::error;
    try
    {
        segment = std::make_shared<Segment>(name, path, std::move(file), info.identity, std::move(mapping), layout,
                                            read_only);
        return Status::success;
    }
    catch (const std::bad_alloc &)
    {
        return base::fail_no_memory(name, "segment");
    }
}

}
