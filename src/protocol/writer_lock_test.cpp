#include "base/word.hpp"
#include "protocol/writer_lock.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>
#include <vector>

namespace dao::protocol
{
namespace
{

const base::ProcessToken camera = base::make_process_token(100, 1);
const base::ProcessToken viewer = base::make_process_token(200, 2);

class LockInMemory
{
  public:
    struct IsDead
    {
        LockInMemory *owner;
        bool operator()(base::ProcessToken token) const
        {
            ++owner->questions;
            return owner->dead.contains(token);
        }
    };
    using Lock = WriterLock<base::Word<uint64_t>, IsDead>;

    Lock of(base::ProcessToken process, Sharing sharing = Sharing::packets)
    {
        return Lock(base::Word<uint64_t>(&word), process, IsDead{this}, sharing);
    }

    alignas(64) uint64_t word = 0;
    std::set<base::ProcessToken> dead;
    unsigned questions = 0;
};

TEST(WriterLock, GoesToOneProcessAtATime)
{
    LockInMemory lock;
    EXPECT_EQ(lock.of(camera).try_hold(false), LockResult::held);
    EXPECT_EQ(lock.of(viewer).try_hold(true), LockResult::busy);
    EXPECT_EQ(lock.of(viewer).try_join(true), LockResult::busy);
    EXPECT_EQ(lock.of(viewer).holder(), camera);
    EXPECT_TRUE(lock.of(camera).release());
    EXPECT_EQ(lock.of(viewer).holder(), 0u);
    EXPECT_EQ(lock.of(viewer).try_hold(false), LockResult::held);
}

TEST(WriterLock, IsNotHeldTwiceByOneProcess)
{
    LockInMemory lock;
    EXPECT_EQ(lock.of(camera).try_hold(false), LockResult::held);
    EXPECT_EQ(lock.of(camera).try_hold(true), LockResult::busy);
    EXPECT_EQ(lock.of(camera).try_join(true), LockResult::busy);
    EXPECT_EQ(lock.questions, 0u) << "a process asked whether it lives itself";
}

TEST(WriterLock, OfADeadHolderIsTakenOverWhenAskedFor)
{
    LockInMemory lock;
    ASSERT_EQ(lock.of(camera).try_hold(false), LockResult::held);
    lock.dead.insert(camera);
    EXPECT_EQ(lock.of(viewer).try_hold(false), LockResult::busy);
    EXPECT_EQ(lock.questions, 0u);
    EXPECT_EQ(lock.of(viewer).try_hold(true), LockResult::taken_over);
    EXPECT_EQ(lock.of(viewer).holder(), viewer);
}

TEST(WriterLock, IsTakenByHandFromJustTheHolderThatWasMeant)
{
    LockInMemory lock;
    EXPECT_EQ(lock.of(viewer).try_seize(camera), LockResult::busy) << "nobody holds it";
    EXPECT_EQ(lock.word, 0u);
    lock.word = camera | packets_bit | 3;
    EXPECT_EQ(lock.of(viewer).try_seize(viewer), LockResult::busy);
    EXPECT_EQ(lock.of(viewer).try_seize(camera), LockResult::taken_over);
    EXPECT_EQ(lock.word, viewer);
    EXPECT_EQ(lock.questions, 0u);
    EXPECT_FALSE(lock.of(camera).leave_packet());
    EXPECT_FALSE(lock.of(camera).release()) << "it is the other's";
    EXPECT_EQ(lock.word, viewer);
}

TEST(ProcessToken, OfASegmentSaysWhichByteProvesThatItsProcessLives)
{
    const base::ProcessToken proven = base::make_segment_token(4711, 42, true);
    const base::ProcessToken unproven = base::make_segment_token(4711, 42, false);
    EXPECT_EQ(base::token_pid(proven), 4711u);
    EXPECT_TRUE(base::has_proof(proven));
    EXPECT_FALSE(base::has_proof(unproven));
    EXPECT_EQ(proven & ~base::process_token_mask, 0u);
    EXPECT_NE(base::lock_position(proven), base::lock_position(base::make_segment_token(4711, 43, true)));
    EXPECT_GT(base::lock_position(proven), base::first_lock_position);
    EXPECT_LT(base::lock_position(base::make_segment_token(UINT32_MAX, UINT64_MAX, true)), uint64_t{INT64_MAX});
}

TEST(WriterLock, OfADeadHolderWithPacketsIsTakenOver)
{
    for (unsigned packets : {0u, 1u, 5u})
    {
        LockInMemory lock;
        lock.word = camera | packets_bit | packets;
        EXPECT_EQ(lock.of(viewer).try_join(true), LockResult::busy);
        lock.dead.insert(camera);
        EXPECT_EQ(lock.of(viewer).try_join(true), LockResult::taken_over);
        EXPECT_EQ(lock.word, viewer);
    }
}

TEST(WriterLock, LetsPacketsOfItsProcessJoin)
{
    LockInMemory lock;
    ASSERT_EQ(lock.of(camera).try_join(false), LockResult::held);
    EXPECT_EQ(lock.of(camera).try_join(false), LockResult::busy) << "not open for packets yet";
    lock.of(camera).open_for_packets();
    EXPECT_EQ(lock.of(camera).try_join(false), LockResult::joined);
    EXPECT_EQ(lock.of(viewer).try_join(true), LockResult::busy);
    EXPECT_EQ(lock.of(camera).try_finalise(false), LockResult::busy) << "two packets are being copied";
    EXPECT_TRUE(lock.of(camera).leave_packet());
    EXPECT_EQ(lock.of(camera).try_finalise(false), LockResult::busy) << "one packet is being copied";
    EXPECT_TRUE(lock.of(camera).leave_packet());
    EXPECT_EQ(lock.of(viewer).try_finalise(true), LockResult::busy) << "the frame is not finished";
    EXPECT_EQ(lock.of(camera).try_finalise(false), LockResult::continued);
    EXPECT_EQ(lock.word, camera);
}

TEST(WriterLock, IsNotForAWholeFrameWhileItsProcessHasPacketsOpen)
{
    LockInMemory lock;
    for (const uint64_t packets : {uint64_t{0}, uint64_t{2}})
    {
        lock.word = camera | packets_bit | packets;
        EXPECT_EQ(lock.of(camera).try_hold(true), LockResult::packets_open);
        EXPECT_EQ(lock.word, camera | packets_bit | packets);
    }
    EXPECT_EQ(lock.questions, 0u);
}

// Nobody else may take it, as the process lives; and the process itself would wait for it indefinitely.
TEST(WriterLock, OfItsOwnProcessThatSaysWhatNoneOfItsLocksSaysIsTaken)
{
    for (const uint64_t nonsense : {uint64_t{1}, packet_count_mask})
    {
        LockInMemory lock;
        const auto mine = lock.of(camera);
        for (const auto &attempt :
             {&LockInMemory::Lock::try_hold, &LockInMemory::Lock::try_join, &LockInMemory::Lock::try_finalise})
        {
            lock.word = camera | nonsense;
            EXPECT_EQ(lock.of(viewer).try_hold(true), LockResult::busy);
            EXPECT_EQ((mine.*attempt)(true), LockResult::taken_over);
            EXPECT_EQ(lock.word, camera);
        }
    }
}

TEST(WriterLock, ThatIsNotSharedKnowsNoPackets)
{
    for (const uint64_t packets : {uint64_t{0}, uint64_t{1}, packet_count_mask})
    {
        LockInMemory lock;
        lock.word = camera | packets_bit | packets;
        EXPECT_EQ(lock.of(viewer, Sharing::none).try_hold(true), LockResult::busy);
        EXPECT_EQ(lock.of(camera, Sharing::none).try_hold(true), LockResult::taken_over);
        EXPECT_TRUE(lock.of(camera, Sharing::none).is_held());
    }
}

TEST(WriterLock, ThatWasTakenAwayIsNotReleasedByItsFormerHolder)
{
    LockInMemory lock;
    ASSERT_EQ(lock.of(camera).try_hold(false), LockResult::held);
    EXPECT_TRUE(lock.of(camera).is_held());
    lock.dead.insert(camera); // taken for dead by mistake
    ASSERT_EQ(lock.of(viewer).try_hold(true), LockResult::taken_over);
    EXPECT_FALSE(lock.of(camera).is_held());
    EXPECT_FALSE(lock.of(camera).open_for_packets());
    EXPECT_FALSE(lock.of(camera).leave_packet());
    EXPECT_FALSE(lock.of(camera).release());
    EXPECT_EQ(lock.word, viewer);
    EXPECT_TRUE(lock.of(viewer).release());
    EXPECT_EQ(lock.word, 0u);
}

TEST(WriterLock, CountsPacketsUpToItsLimitAndNotIntoTheToken)
{
    LockInMemory lock;
    lock.word = camera | packets_bit | (packet_count_mask - 1);
    EXPECT_EQ(lock.of(camera).try_join(false), LockResult::joined);
    EXPECT_EQ(lock.word, camera | packets_bit | packet_count_mask);
    EXPECT_EQ(lock.of(camera).try_join(true), LockResult::busy);
    EXPECT_EQ(lock.word, camera | packets_bit | packet_count_mask);
    EXPECT_TRUE(lock.of(camera).leave_packet());
    EXPECT_EQ(lock.of(camera).try_join(false), LockResult::joined);
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
    LockInMemory lock;
    uint64_t total = 0; // not atomic: whoever holds the lock is alone
    std::vector<std::thread> writers;
    for (uint32_t process = 1; process <= 3; ++process)
        writers.emplace_back([&, process] {
            const auto mine = lock.of(base::make_process_token(process, process));
            for (uint64_t turn = 0; turn < turns; ++turn)
            {
                while (mine.try_hold(false) != LockResult::held)
                    std::this_thread::yield();
                ++total;
                (void)mine.release();
            }
        });
    for (std::thread &writer : writers)
        writer.join();
    EXPECT_EQ(total, 3 * turns);
}

}
}
