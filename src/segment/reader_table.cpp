#include "segment/reader_table.hpp"

#include "base/copy.hpp"
#include "segment/liveness.hpp"

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
    return owner == 0 || (also_dead && segment.is_dead()(owner & base::process_token_mask));
}

ReaderEntry *find_free_entry(const Segment &segment, ProcessToken self) noexcept
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

void enter(Segment &segment, ReaderPlace &place) noexcept
{
    const platform::ProcessInfo &process = platform::this_process();
    place = {nullptr, process.token};
    if (segment.extension() == nullptr || segment.read_only() || !segment.show_presence())
        return;
    const ProcessToken self = segment.self();
    place.entry = find_free_entry(segment, self);
    if (place.entry == nullptr)
        return;
    base::copy_shared(place.entry->name, segment.own_name(), sizeof place.entry->name);
    Word<uint64_t>(&place.entry->pid_namespace).store_relaxed(process.identity.pid_namespace);
    Word<uint64_t>(&place.entry->time_namespace).store_relaxed(process.identity.time_namespace);
    Word<uint64_t>(&place.entry->start_time).store_relaxed(process.identity.start_time);
    Word<uint32_t>(&place.entry->pid).store_relaxed(process.identity.pid);
    Word<uint32_t>(&place.entry->has_proof).store_relaxed(base::has_proof(self) ? 1 : 0);
    Word<uint64_t>(&place.entry->last_counter).store_relaxed(0);
    Word<uint64_t>(&place.entry->missed).store_relaxed(0);
    Word<uint64_t>(&place.entry->owner).store_release(self);
}

}

void note_reader(Segment &segment, ReaderPlace &place, uint64_t last_counter, uint64_t missed, int64_t now_ns) noexcept
{
    const ProcessToken self = platform::this_process().token;
    if (place.owner != self) // the first time, or the first time in the child of a fork
        enter(segment, place);
    if (place.entry == nullptr)
        return;
    Word<uint64_t>(&place.entry->last_counter).store_relaxed(last_counter);
    Word<uint64_t>(&place.entry->missed).store_relaxed(missed);
    Word<int64_t>(&place.entry->last_seen_ns).store_relaxed(now_ns);
}

void leave_readers(const Segment &segment, ReaderPlace &place) noexcept
{
    if (place.entry != nullptr && place.owner == platform::this_process().token && !segment.is_lost())
        Word<uint64_t>(&place.entry->owner).store_release(0);
    place = {};
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
            reader = DAO_READER_INIT;
            reader.pid = base::token_pid(owner);
            reader.alive = public_value(judge(segment, owner));
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
