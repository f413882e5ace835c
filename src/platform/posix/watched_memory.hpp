// This library's own file mappings, entered so that a signal handler can look one up by an address while other threads
// enter and take out theirs. Entries lie in blocks that are never freed.
#pragma once

#include "platform/platform.hpp"

#include <atomic>
#include <cstdint>

namespace dao::platform
{

struct WatchedMemory : LossMark
{
    // The low two bits: free, being filled, or live. It only grows, so that whoever sees the same live value twice has
    // read one entry in between.
    std::atomic<uint64_t> sequence{0};
    std::atomic<uintptr_t> begin{0};
    std::atomic<uintptr_t> end{0}; // of the last page
    std::atomic<int> protection{0};
    // The file: its descriptor, which stays open as long as the mapping, and what tells that it is still that file.
    std::atomic<int> descriptor{-1};
    std::atomic<uint64_t> device{0};
    std::atomic<uint64_t> number{0};
    // The handler's: from here on there are zero pages in place of the file; and how many faults its length does not
    // explain.
    std::atomic<uintptr_t> lost_from{0};
    std::atomic<uint32_t> unexplained_faults{0};
};

// Enters a mapping before it is used. Null when there is no memory for it.
WatchedMemory *watch(const MappedMemory &memory, int descriptor, int protection) noexcept;

// Takes the mapping out, before it is unmapped.
void unwatch(WatchedMemory &memory) noexcept;

// The mapping that the address lies in, or null. Safe in a signal handler of a thread that is just using the address.
WatchedMemory *find_watched(uintptr_t address) noexcept;

uintptr_t page_bytes() noexcept;

}
