#include "segment/reader_table.hpp"

#include "base/copy.hpp"
#include "segment/liveness.hpp"

#include <algorithm>
#include <utility>

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

uint64_t &owner_of(ReaderEntry &entry) noexcept
{
    return entry.owner;
}

uint64_t &owner_of(uint64_t &token) noexcept
{
    return token;
}

// Gives a free place of the list to `owner`; null when there is none.
template <class Place, size_t size>
Place *take_place(const Segment &segment, Place (&places)[size], uint64_t owner) noexcept
{
    for (const bool also_dead : {false, true})
        for (Place &place : places)
        {
            const Word<uint64_t> word(&owner_of(place));
            uint64_t seen = word.load_relaxed();
            if (is_available(segment, seen, also_dead) && word.compare_exchange_acquire(seen, owner))
                return &place;
        }
    return nullptr;
}

void free_place(uint64_t &owner) noexcept
{
    Word<uint64_t>(&owner).store_release(0);
}

void take_entry(const Segment &segment, ReaderPlace &place) noexcept
{
    const ProcessToken self = segment.self();
    place.entry = take_place(segment, segment.extension()->readers, self | being_filled);
    if (place.entry == nullptr)
        return;
    base::Fence::release(); // whoever sees a field of this reader sees that the last one's token is gone
    write_process(segment, *place.entry);
    Word<uint64_t>(&place.entry->last_counter).store_relaxed(0);
    Word<uint64_t>(&place.entry->missed).store_relaxed(0);
    Word<uint64_t>(&place.entry->owner).store_release(self);
}

// An entry; as long as all are taken, at least a place among the readers that are only counted.
void ask(Segment &segment, ReaderPlace &place, int64_t now_ns) noexcept
{
    place.asked_at_ns = now_ns;
    if (segment.extension() == nullptr || segment.read_only() || !segment.show_presence())
        return;
    take_entry(segment, place);
    if (place.entry == nullptr && place.token == nullptr)
        place.token = take_place(segment, segment.extension()->more_readers, segment.self());
    else if (place.entry != nullptr && place.token != nullptr)
        free_place(*std::exchange(place.token, nullptr));
}

void enter(Segment &segment, ReaderPlace &place, int64_t now_ns) noexcept
{
    place = {nullptr, nullptr, now_ns, platform::this_process().token};
    ask(segment, place, now_ns);
}

// Once a second, for a reader without an entry.
void ask_again(Segment &segment, ReaderPlace &place, int64_t now_ns) noexcept
{
    constexpr int64_t second_ns = 1'000'000'000;
    if (now_ns - place.asked_at_ns >= second_ns || now_ns < place.asked_at_ns)
        ask(segment, place, now_ns);
}

// Frames that were overwritten since the reader's last one.
uint64_t overwritten(const Segment &segment, uint64_t last_counter) noexcept
{
    const uint64_t newest = segment.published_counter();
    const uint64_t behind = newest - std::min(newest, last_counter);
    return behind - std::min<uint64_t>(behind, segment.depth());
}

DAO_READER describe(const Segment &segment, uint64_t &, ProcessToken owner) noexcept
{
    DAO_READER reader = DAO_READER_INIT;
    reader.pid = base::token_pid(owner);
    reader.alive = public_value(check_liveness(segment, owner));
    return reader;
}

DAO_READER describe(const Segment &segment, ReaderEntry &entry, ProcessToken owner) noexcept
{
    DAO_READER reader = describe(segment, entry.owner, owner);
    base::copy_shared(reader.name, entry.name, sizeof reader.name);
    reader.name[sizeof reader.name - 1] = 0;
    reader.last_cnt0 = Word<uint64_t>(&entry.last_counter).load_relaxed();
    reader.missed = Word<uint64_t>(&entry.missed).load_relaxed() + overwritten(segment, reader.last_cnt0);
    reader.last_seen_ns = Word<int64_t>(&entry.last_seen_ns).load_relaxed();
    return reader;
}

template <class Place, size_t size>
uint32_t list_places(const Segment &segment, Place (&places)[size], DAO_READER *readers, uint32_t capacity) noexcept
{
    uint32_t count = 0;
    for (Place &place : places)
    {
        const ProcessToken owner = Word<uint64_t>(&owner_of(place)).load_acquire();
        if (owner == 0 || (owner & being_filled) != 0)
            continue;
        if (count < capacity)
            readers[count] = describe(segment, place, owner);
        ++count;
    }
    return count;
}

}

void note_reader(Segment &segment, ReaderPlace &place, uint64_t last_counter, uint64_t missed, int64_t now_ns) noexcept
{
    const ProcessToken self = platform::this_process().token;
    if (place.owner != self) // the first time, or the first time in the child of a fork
        enter(segment, place, now_ns);
    if (place.entry == nullptr)
        ask_again(segment, place, now_ns);
    if (place.entry == nullptr)
        return;
    Word<uint64_t>(&place.entry->last_counter).store_relaxed(last_counter);
    Word<uint64_t>(&place.entry->missed).store_relaxed(missed);
    Word<int64_t>(&place.entry->last_seen_ns).store_relaxed(now_ns);
}

void leave_readers(const Segment &segment, ReaderPlace &place) noexcept
{
    if (place.owner == platform::this_process().token && !segment.is_lost())
    {
        if (place.entry != nullptr)
            free_place(place.entry->owner);
        if (place.token != nullptr)
            free_place(*place.token);
    }
    place = {};
}

uint32_t list_readers(const Segment &segment, DAO_READER *readers, uint32_t capacity) noexcept
{
    if (segment.extension() == nullptr)
        return 0;
    const uint32_t entries = list_places(segment, segment.extension()->readers, readers, capacity);
    const uint32_t copied = std::min(entries, capacity);
    DAO_READER *rest = readers == nullptr ? nullptr : readers + copied;
    return entries + list_places(segment, segment.extension()->more_readers, rest, capacity - copied);
}

}
