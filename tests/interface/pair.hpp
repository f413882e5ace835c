// A writer and a reader of one segment of four floats; frame `n` is made of the value `n`.
#pragma once

#include "segment_name.hpp"

#include <vector>

using Frame = std::vector<float>;

inline Frame frame_of(uint64_t number, size_t elements = 4)
{
    return Frame(elements, static_cast<float>(number));
}

struct Pair
{
    explicit Pair(uint32_t depth) : writer(name, {4}, nullptr, depth), reader(name) {}
    void publish(int frames)
    {
        for (int frame = 0; frame < frames; ++frame)
        {
            writer.set_frame(frame_of(writer.get_counter() + 1));
        }
    }
    SegmentName name;
    Dao::Shm<float> writer, reader;
};
