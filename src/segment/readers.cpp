#include "segment/readers.hpp"

#include "base/copy.hpp"

namespace dao::segment
{

using base::ProcessToken;
using base::Word;
using format::ReaderEntry;

namespace
{

constexpr uint64_t being_filled = 1; // in the low bits of an owner: not to be listed yet

// Free, or its owner died.
bool is_available(const Segment &segment, ProcessToken owner, bool also_dead) noexcept
{
    return owner == 0 || (also_dead && !segment.liveness()(owner & base::process_token_mask));
}

ReaderEntry *find_place(const Segment &segment, ProcessToken self) noexcept
{
    for (const bool also_dead : {false, true})
        for (ReaderEntry &entry : segment.extension()->readers)
        {
            const Word<uint64_t> owner(&entry.owner);
            uint64_t seen = owner.load_relaxed();
            if (is_available(segment, seen, also_dead) && owner.compare_exchange_acquire(seen, self | being_filled))
                return &entry;
        }
    return nullptr;
}

void enter(Handle &handle, ProcessToken self) noexcept
{
    const Segment &segment = *handle.segment;
    handle.entry_owner = self;
    handle.entry = nullptr;
    if (segment.extension() == nullptr || segment.read_only())
        return;
    handle.entry = find_place(segment, self);
    if (handle.entry == nullptr)
        return;
    char name[DAO_READER_NAME_SIZE] = {};
    platform::process_name(base::token_pid(self), name, sizeof name);
    base::copy_shared(handle.entry->name, name, sizeof name);
    Word<uint64_t>(&handle.entry->last_counter).store_relaxed(0);
    Word<uint64_t>(&handle.entry->missed).store_relaxed(0);
    Word<uint64_t>(&handle.entry->owner).store_release(self);
}

}

void note_reader(Handle &handle) noexcept
{
    const ProcessToken self = platform::this_process().token;
    if (handle.entry_owner != self) // the first time, or the first time in the child of a fork
        enter(handle, self);
    if (handle.entry == nullptr)
        return;
    Word<uint64_t>(&handle.entry->last_counter).store_relaxed(handle.position.seen);
    Word<uint64_t>(&handle.entry->missed).store_relaxed(handle.position.missed);
    Word<int64_t>(&handle.entry->last_seen_ns).store_relaxed(platform::realtime_coarse_ns());
}

void leave_readers(Handle &handle) noexcept
{
    if (handle.entry != nullptr && handle.entry_owner == platform::this_process().token && !handle.segment->is_lost())
        Word<uint64_t>(&handle.entry->owner).store_release(0);
    handle.entry = nullptr;
    handle.entry_owner = 0;
}

uint32_t list_readers(const Segment &segment, DAO_READER *readers, uint32_t capacity) noexcept
{
    uint32_t count = 0;
    if (segment.extension() == nullptr)
        return 0;
    for (ReaderEntry &entry : segment.extension()->readers)
    {
        const ProcessToken owner = Word<uint64_t>(&entry.owner).load_acquire();
        if (owner == 0 || (owner & being_filled) != 0)
            continue;
        if (count < capacity)
        {
            DAO_READER &reader = readers[count];
            reader.pid = base::token_pid(owner);
            reader.alive = segment.liveness()(owner) ? 1 : 0;
            base::copy_shared(reader.name, entry.name, sizeof reader.name);
            reader.name[sizeof reader.name - 1] = 0;
            reader.last_cnt0 = Word<uint64_t>(&entry.last_counter).load_relaxed();
            reader.missed = Word<uint64_t>(&entry.missed).load_relaxed();
            reader.last_seen_ns = Word<int64_t>(&entry.last_seen_ns).load_relaxed();
        }
        ++count;
    }
    return count;
}

}
