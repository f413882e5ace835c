#include "platform/posix/watched_memory.hpp"

#include <new>
#include <sys/stat.h>
#include <unistd.h>

namespace dao::platform
{
namespace
{

constexpr uint64_t state_mask = 3;
constexpr uint64_t state_free = 0;
constexpr uint64_t state_live = 2; // 1 in between: being filled

struct Block
{
    WatchedMemory entries[64];
    std::atomic<Block *> next{nullptr};
};

constinit Block first_block;

// An entry for this thread alone to fill; null when all are in use.
WatchedMemory *reserve_in(Block &block) noexcept
{
    for (WatchedMemory &entry : block.entries)
    {
        uint64_t sequence = entry.sequence.load(std::memory_order_relaxed);
        if ((sequence & state_mask) == state_free &&
            entry.sequence.compare_exchange_strong(sequence, sequence + 1, std::memory_order_acquire,
                                                   std::memory_order_relaxed))
            return &entry;
    }
    return nullptr;
}

// The block after this one, added when there is none. Null when out of memory.
Block *following(Block &block) noexcept
{
    Block *next = block.next.load(std::memory_order_acquire);
    if (next != nullptr)
        return next;
    auto *added = new (std::nothrow) Block;
    if (added == nullptr || block.next.compare_exchange_strong(next, added, std::memory_order_acq_rel))
        return added;
    delete added; // another thread was faster
    return next;
}

WatchedMemory *reserve() noexcept
{
    for (Block *block = &first_block; block != nullptr; block = following(*block))
        if (WatchedMemory *entry = reserve_in(*block))
            return entry;
    return nullptr;
}

// Each store is a release, each load of find_watched() an acquire: whoever reads one value of the next mapping in this
// entry then also sees the sequence that was changed before it.
void fill(WatchedMemory &entry, const MappedMemory &memory, int descriptor, int protection) noexcept
{
    struct stat found;
    const bool is_known = fstat(descriptor, &found) == 0;
    const auto begin = reinterpret_cast<uintptr_t>(memory.data);
    const uintptr_t end = begin + (memory.bytes + page_bytes() - 1) / page_bytes() * page_bytes();
    entry.loss.store(Loss::none, std::memory_order_release);
    entry.begin.store(begin, std::memory_order_release);
    entry.end.store(end, std::memory_order_release);
    entry.protection.store(protection, std::memory_order_release);
    entry.descriptor.store(is_known ? descriptor : -1, std::memory_order_release);
    entry.device.store(is_known ? static_cast<uint64_t>(found.st_dev) : 0, std::memory_order_release);
    entry.number.store(is_known ? found.st_ino : 0, std::memory_order_release);
    entry.lost_from.store(end, std::memory_order_release);
    entry.unexplained_faults.store(0, std::memory_order_release);
}

}

uintptr_t page_bytes() noexcept
{
    return static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
}

WatchedMemory *watch(const MappedMemory &memory, int descriptor, int protection) noexcept
{
    WatchedMemory *entry = reserve();
    if (entry == nullptr)
        return nullptr;
    fill(*entry, memory, descriptor, protection);
    entry->sequence.fetch_add(1, std::memory_order_release); // live
    return entry;
}

void unwatch(WatchedMemory &memory) noexcept
{
    memory.sequence.fetch_add(2, std::memory_order_release); // free
}

// An entry that changes while we read it is not the one we search for, so there is no second attempt: the thread that
// faulted is using its mapping, and nobody enters a mapping that is in use already or takes out one that still is. For
// the same reason the entry found stays what it is until the handler returns.
//
// What a fork copies in the middle of watch() in another thread is an entry being filled: in the child nobody uses it
// again, nor does anybody search for it.
WatchedMemory *find_watched(uintptr_t address) noexcept
{
    for (Block *block = &first_block; block != nullptr; block = block->next.load(std::memory_order_acquire))
        for (WatchedMemory &entry : block->entries)
        {
            const uint64_t sequence = entry.sequence.load(std::memory_order_acquire);
            if ((sequence & state_mask) != state_live)
                continue;
            const uintptr_t begin = entry.begin.load(std::memory_order_acquire);
            const uintptr_t end = entry.end.load(std::memory_order_acquire);
            if (address >= begin && address < end && entry.sequence.load(std::memory_order_relaxed) == sequence)
                return &entry;
        }
    return nullptr;
}

}
