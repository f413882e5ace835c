#include "recording/frame_queue.hpp"

#include <new>
#include <thread>

#include <gtest/gtest.h>

namespace daoshm
{

TEST(FrameQueue, GivesFramesBackInOrder)
{
    FrameQueue queue(8, 3);
    for (uint64_t i = 0; i < 3; ++i)
        queue.push({queue.borrow_buffer(), {i, 0, 0, 0, 0}, 0});
    EXPECT_EQ(queue.size(), 3U);
    queue.close();
    for (uint64_t i = 0; i < 3; ++i)
        EXPECT_EQ(queue.pop()->record.cnt0, i);
    EXPECT_FALSE(queue.pop());
    EXPECT_TRUE(queue.borrow_buffer().empty()) << "no more are wanted";
    EXPECT_EQ(queue.times_full(), 0U);
}

TEST(FrameQueue, WaitsForABufferAndCountsThat)
{
    FrameQueue queue(8, 2);
    queue.push({queue.borrow_buffer(), {}, 0});
    queue.push({queue.borrow_buffer(), {}, 0});
    std::thread reader([&] { EXPECT_EQ(queue.borrow_buffer().size(), 8U); });
    while (queue.times_full() == 0)
        std::this_thread::yield();
    queue.return_buffer(queue.pop()->data);
    reader.join();
    EXPECT_EQ(queue.times_full(), 1U);
}

TEST(FrameQueue, RefusesFramesThatNoMemoryHolds)
{
    EXPECT_THROW(FrameQueue(size_t{1} << 62U, 4), std::bad_alloc);
}

}
