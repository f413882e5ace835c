// Calls of every kind on a segment, chosen by the input. None may crash, last longer than its limit, or leave its memory.
#pragma once

#include "fuzz.hpp"

#include <dao.h>

namespace fuzz
{

// What one handle's frames need, as it was when it was opened: the words in the segment may say anything.
struct Frame
{
    explicit Frame(const IMAGE &image, uint64_t elements, uint8_t atype)
        : count(elements), bytes(elements * daoTypeSize(atype)), first(bytes, uint8_t{7}), several(3 * bytes)
    {
        (void)image;
    }
    uint64_t count;
    uint64_t bytes;
    std::vector<uint8_t> first;
    std::vector<uint8_t> several;
};

// Makes one call, the number of which the input gives.
void use_once(Input &input, IMAGE &image, Frame &frame);

// The longest that a call may take on the machine's clock: that of a lock, for frames and then for keywords, and a bit.
constexpr int64_t longest_call_ns = 12'000'000'000;

}
