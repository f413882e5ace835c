// A writer of numbered frames, and who reads them.
#pragma once

#include "frames.hpp"
#include "image.hpp"

#include <cstdint>
#include <gtest/gtest.h>
#include <vector>

namespace test
{

constexpr uint32_t size = 16;

inline void publish(IMAGE *image, uint64_t number)
{
    Frame frame(size);
    fill(frame, number);
    require(daoShmImage2Shm(frame.data(), size, image), "publish");
}

inline std::vector<DAO_READER> readers_of(IMAGE *image)
{
    uint32_t count = 0;
    require(daoShmGetReaders(image, nullptr, 0, &count), "count readers");
    std::vector<DAO_READER> readers(count + 1, DAO_READER(DAO_READER_INIT));
    require(daoShmGetReaders(image, readers.data(), count, &count), "readers");
    EXPECT_EQ(count + 1, readers.size());
    readers.pop_back();
    return readers;
}

inline uint32_t alive_count(IMAGE *image)
{
    uint32_t count = 0;
    require(daoShmCountReaders(image, &count), "count readers");
    return count;
}

}
