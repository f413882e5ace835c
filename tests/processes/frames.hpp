// Frames of 32-bit numbers that show by themselves whether they are whole: each element follows from the first.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace test
{

using Frame = std::vector<uint32_t>;

constexpr uint32_t element(uint32_t number, uint64_t index)
{
    return number + static_cast<uint32_t>(index) * 2654435761u;
}

inline void fill(uint32_t *frame, uint64_t count, uint64_t number)
{
    for (uint64_t index = 0; index < count; ++index)
        frame[index] = element(static_cast<uint32_t>(number), index);
}

inline void fill(Frame &frame, uint64_t number)
{
    fill(frame.data(), frame.size(), number);
}

/** Whether all of it is one frame. */
inline bool is_whole(const uint32_t *frame, uint64_t count)
{
    for (uint64_t index = 1; index < count; ++index)
        if (frame[index] != element(frame[0], index))
            return false;
    return true;
}

/** Whether all of it is the frame of that number. Frame 0 stands for none yet: zeros. */
inline bool is_frame(const uint32_t *frame, uint64_t count, uint64_t number)
{
    if (number == 0)
        return std::all_of(frame, frame + count, [](uint32_t value) { return value == 0; });
    return frame[0] == static_cast<uint32_t>(number) && is_whole(frame, count);
}

inline bool is_frame(const Frame &frame, uint64_t number)
{
    return is_frame(frame.data(), frame.size(), number);
}

}
