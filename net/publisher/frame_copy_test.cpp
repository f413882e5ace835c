// Memory for frames that is used again.
#include "publisher/frame_copy.hpp"

#include <gtest/gtest.h>

using namespace dao::net;

namespace
{

constexpr uint64_t small = 100, large = 1'000'000;

}

TEST(BufferPool, MemoryIsUsedAgainForFramesOfItsSize)
{
    const auto pool = std::make_shared<BufferPool>();
    const void *first = nullptr;
    {
        const zmq::message_t message = pool->take(large);
        first = message.data();
        EXPECT_EQ(message.size(), large);
    }
    const zmq::message_t again = pool->take(large);
    EXPECT_EQ(again.data(), first);
}

TEST(BufferPool, MemoryOfASmallerFrameIsNotUsedForALargerOne)
{
    const auto pool = std::make_shared<BufferPool>();
    const void *first = nullptr;
    {
        const zmq::message_t message = pool->take(small);
        first = message.data();
    }
    const zmq::message_t larger = pool->take(large);
    EXPECT_NE(larger.data(), first);
}

TEST(BufferPool, MemoryThatComesBackLaterIsNotUsedForFramesThatAreLargerByThen)
{
    const auto pool = std::make_shared<BufferPool>();
    zmq::message_t message = pool->take(small);
    const void *first = message.data();
    const zmq::message_t larger = pool->take(large);
    message.rebuild();
    const zmq::message_t another = pool->take(large);
    EXPECT_NE(another.data(), first);
}
