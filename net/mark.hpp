// How a frame of a copy says where it came from, to all processes: in the last five of its slot's `lastNbArray`, which
// belong to packets, and whole frames have none. The mark holds only as long as the frame that it names is in the slot, so
// frames that a program of this machine writes into the copy have none (docs/format.md).
#pragma once

#include "dao.h"

#include <atomic>
#include <optional>

namespace dao::net
{

struct Mark
{
    uint64_t cnt0 = 0;   // in the segment that the frame was first published to
    uint64_t origin = 0; // that one's segment id
    uint32_t hops = 0;   // networks that it came through
    uint64_t missed = 0; // before it, that could not be sent by any publisher on the way
};

constexpr uint32_t hop_limit = 8;
constexpr size_t mark_index = DAO_MAX_PACKETS - 5;
constexpr uint64_t mark_magic = 0x6b72614d6f614400; // "DaoMark" with the hops in the lowest byte

// The slot must be lent to the caller.
inline void write_mark(IMAGE_METADATA &slot, uint64_t own_cnt0, const Mark &mark)
{
    const auto store = [&](size_t index, uint64_t value) {
        std::atomic_ref<uint64_t>(slot.lastNbArray[mark_index + index]).store(value, std::memory_order_relaxed);
    };
    store(0, mark.missed);
    store(1, mark_magic | (mark.hops & 0xFF));
    store(2, own_cnt0);
    store(3, mark.cnt0);
    store(4, mark.origin);
}

// Of the frame with this counter. Somebody may be writing into the slot: the caller checks the frame afterwards.
inline std::optional<Mark> read_mark(IMAGE_METADATA &slot, uint64_t own_cnt0)
{
    const auto load = [&](size_t index) {
        return std::atomic_ref<uint64_t>(slot.lastNbArray[mark_index + index]).load(std::memory_order_relaxed);
    };
    if ((load(1) & ~uint64_t{0xFF}) != mark_magic || load(2) != own_cnt0)
        return std::nullopt;
    return Mark{load(3), load(4), static_cast<uint32_t>(load(1) & 0xFF), load(0)};
}

}
