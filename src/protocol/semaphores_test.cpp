#include "base/word.hpp"
#include "protocol/semaphores.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace dao::protocol
{
namespace
{

using WordSemaphores = Semaphores<base::Word<uint32_t>>;

TEST(Semaphores, HaveNoPostAtFirst)
{
    uint32_t word = 0;
    const WordSemaphores semaphores{base::Word<uint32_t>(&word)};
    for (uint32_t number = 0; number <= log_semaphore; ++number)
        EXPECT_FALSE(semaphores.take(number));
}

TEST(Semaphores, GiveEachPostOnce)
{
    uint32_t word = 0;
    const WordSemaphores semaphores{base::Word<uint32_t>(&word)};
    semaphores.post(3);
    EXPECT_FALSE(semaphores.take(2));
    EXPECT_TRUE(semaphores.take(3));
    EXPECT_FALSE(semaphores.take(3));
}

TEST(Semaphores, DoNotAddPostsUp)
{
    uint32_t word = 0;
    const WordSemaphores semaphores{base::Word<uint32_t>(&word)};
    semaphores.post(0);
    semaphores.post(0);
    semaphores.post_all(semaphore_bit(0) | semaphore_bit(9));
    EXPECT_TRUE(semaphores.take(0));
    EXPECT_FALSE(semaphores.take(0));
    EXPECT_TRUE(semaphores.take(9));
}

TEST(Semaphores, AllArePostedAtOnceAndTakenOneByOne)
{
    uint32_t word = 0;
    const WordSemaphores semaphores{base::Word<uint32_t>(&word)};
    semaphores.post_all((1u << 10) - 1);
    for (uint32_t number = 0; number < 10; ++number)
        EXPECT_TRUE(semaphores.take(number));
    EXPECT_FALSE(semaphores.take(log_semaphore));
    EXPECT_EQ(word, 0u);
}

TEST(Semaphores, TakersInThreadsGetNoMorePostsThanWereMade)
{
    constexpr uint32_t posts = 20'000;
    constexpr uint32_t numbers = 2;
    alignas(64) uint32_t word = 0;
    std::atomic<bool> done{false};
    uint32_t taken[numbers] = {};
    std::vector<std::thread> takers;
    for (uint32_t number = 0; number < numbers; ++number)
        takers.emplace_back([&, number] {
            const WordSemaphores semaphores{base::Word<uint32_t>(&word)};
            for (bool was_done = false; !was_done;)
            {
                was_done = done;
                taken[number] += semaphores.take(number) ? 1u : 0u;
            }
        });
    for (uint32_t post = 0; post < posts; ++post)
        WordSemaphores{base::Word<uint32_t>(&word)}.post_all(semaphore_bit(0) | semaphore_bit(1));
    done = true;
    for (std::thread &taker : takers)
        taker.join();
    for (uint32_t count : taken)
    {
        EXPECT_GE(count, 1u);
        EXPECT_LE(count, posts);
    }
    EXPECT_EQ(word, 0u);
}

}
}
