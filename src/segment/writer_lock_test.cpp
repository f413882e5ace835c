#include "base/word.hpp"
#include "segment/writer_lock.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>
#include <vector>

namespace dao::segment
{
namespace
{

const base::ProcessToken camera = base::make_process_token(100, 1);
const base::ProcessToken viewer = base::make_process_token(200, 2);

class LockOnMemory
{
  public:
    struct IsAlive
    {
        LockOnMemory *owner;
        bool operator()(base::ProcessToken token) const
        {
            ++owner->questions;
            return !owner->dead.contains(token);
        }
    };
    using Lock = WriterLock<base::Word<uint64_t>, IsAlive>;

    Lock of(base::ProcessToken process) { return Lock(base::Word<uint64_t>(&word), process, IsAlive{this}); }

    alignas(64) uint64_t word = 0;
    std::set<base::ProcessToken> dead;
    unsigned questions = 0;
};

TEST(WriterLock, GoesToOneProcessAtATime)
{
    LockOnMemory lock;
    EXPECT_EQ(lock.of(camera).try_hold(false), Grip::held);
    EXPECT_EQ(lock.of(viewer).try_hold(true), Grip::busy);
    EXPECT_EQ(lock.of(viewer).try_join(true), Grip::busy);
    EXPECT_EQ(lock.of(viewer).holder(), camera);
    lock.of(camera).release();
    EXPECT_EQ(lock.of(viewer).holder(), 0u);
    EXPECT_EQ(lock.of(viewer).try_hold(false), Grip::held);
}

TEST(WriterLock, IsNotHeldTwiceByOneProcess)
{
    LockOnMemory lock;
    EXPECT_EQ(lock.of(camera).try_hold(false), Grip::held);
    EXPECT_EQ(lock.of(camera).try_hold(true), Grip::busy);
    EXPECT_EQ(lock.of(camera).try_join(true), Grip::busy);
    EXPECT_EQ(lock.questions, 0u) << "a process asked whether it lives itself";
}

TEST(WriterLock, OfADeadHolderIsTakenOverWhenAskedFor)
{
    LockOnMemory lock;
    ASSERT_EQ(lock.of(camera).try_hold(false), Grip::held);
    lock.dead.insert(camera);
    EXPECT_EQ(lock.of(viewer).try_hold(false), Grip::busy);
    EXPECT_EQ(lock.questions, 0u);
    EXPECT_EQ(lock.of(viewer).try_hold(true), Grip::taken_over);
    EXPECT_EQ(lock.of(viewer).holder(), viewer);
}

TEST(WriterLock, OfADeadHolderWithPacketsIsTakenOver)
{
    for (unsigned packets : {0u, 1u, 5u})
    {
        LockOnMemory lock;
        lock.word = camera | packets_bit | packets;
        EXPECT_EQ(lock.of(viewer).try_join(true), Grip::busy);
        lock.dead.insert(camera);
        EXPECT_EQ(lock.of(viewer).try_join(true), Grip::taken_over);
        EXPECT_EQ(lock.word, viewer);
    }
}

TEST(WriterLock, LetsPacketsOfItsProcessJoin)
{
    LockOnMemory lock;
    ASSERT_EQ(lock.of(camera).try_join(false), Grip::held);
    EXPECT_EQ(lock.of(camera).try_join(false), Grip::busy) << "not announced yet";
    lock.of(camera).open_for_packets();
    EXPECT_EQ(lock.of(camera).try_join(false), Grip::joined);
    EXPECT_EQ(lock.of(viewer).try_join(true), Grip::busy);
    EXPECT_EQ(lock.of(camera).try_hold(false), Grip::busy) << "two packets are being copied";
    lock.of(camera).leave_packet();
    EXPECT_EQ(lock.of(camera).try_hold(false), Grip::busy) << "one packet is being copied";
    lock.of(camera).leave_packet();
    EXPECT_EQ(lock.of(viewer).try_hold(true), Grip::busy) << "the frame is not finished";
    EXPECT_EQ(lock.of(camera).try_hold(false), Grip::continued);
    EXPECT_EQ(lock.word, camera);
}

TEST(WriterLock, CountsPacketsUpToItsLimitAndNotIntoTheToken)
{
    LockOnMemory lock;
    lock.word = camera | packets_bit | (packet_count_mask - 1);
    EXPECT_EQ(lock.of(camera).try_join(false), Grip::joined);
    EXPECT_EQ(lock.word, camera | packets_bit | packet_count_mask);
    EXPECT_EQ(lock.of(camera).try_join(true), Grip::busy);
    EXPECT_EQ(lock.word, camera | packets_bit | packet_count_mask);
    lock.of(camera).leave_packet();
    EXPECT_EQ(lock.of(camera).try_join(false), Grip::joined);
}

TEST(WriterLock, TokensOfAReusedProcessNumberDiffer)
{
    const base::ProcessToken first = base::make_process_token(100, 1);
    const base::ProcessToken second = base::make_process_token(100, 2);
    EXPECT_NE(first, second);
    EXPECT_EQ(base::token_pid(first), 100u);
    EXPECT_EQ(base::token_pid(second), 100u);
    EXPECT_EQ(first & ~base::process_token_mask, 0u);
    EXPECT_EQ(base::token_pid(base::make_process_token(UINT32_MAX, UINT64_MAX)), UINT32_MAX);
}

TEST(WriterLock, ExcludesThreadsThatAreProcessesOfTheirOwn)
{
    constexpr uint64_t turns = 5'000;
    LockOnMemory lock;
    uint64_t total = 0; // not atomic: whoever holds the lock is alone
    std::vector<std::thread> writers;
    for (uint32_t process = 1; process <= 3; ++process)
        writers.emplace_back(
            [&, process]
            {
                const auto mine = lock.of(base::make_process_token(process, process));
                for (uint64_t turn = 0; turn < turns; ++turn)
                {
                    while (mine.try_hold(false) != Grip::held)
                        std::this_thread::yield();
                    ++total;
                    mine.release();
                }
            });
    for (std::thread &writer : writers)
        writer.join();
    EXPECT_EQ(total, 3 * turns);
}

}
}
