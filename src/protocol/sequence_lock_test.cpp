#include "protocol/sequence_lock.hpp"

#include "base/copy.hpp"
#include "base/word.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <gtest/gtest.h>
#include <thread>

namespace dao::protocol
{
namespace
{

using Version = SequenceWord<base::Word<uint32_t>, base::Fence>;

struct Guarded
{
    uint32_t sequence = 0;

    SequenceLock<Version> lock() { return SequenceLock<Version>(Version(base::Word<uint32_t>(&sequence))); }
};

TEST(SequenceLock, ReadWithoutAWriteIsWhole)
{
    Guarded guarded;
    EXPECT_TRUE(guarded.lock().is_whole(guarded.lock().begin_read()));
}

TEST(SequenceLock, ReadBegunDuringAWriteIsNotStableAndNeverWhole)
{
    Guarded guarded;
    guarded.lock().begin_write();
    const auto snapshot = guarded.lock().begin_read();
    EXPECT_FALSE(snapshot.stable);
    EXPECT_FALSE(guarded.lock().is_whole(snapshot));
    guarded.lock().end_write();
    EXPECT_FALSE(guarded.lock().is_whole(snapshot));
}

TEST(SequenceLock, ReadIsNotWholeOnceAWriteBegan)
{
    Guarded guarded;
    const auto snapshot = guarded.lock().begin_read();
    guarded.lock().begin_write();
    EXPECT_FALSE(guarded.lock().is_whole(snapshot));
    guarded.lock().end_write();
    EXPECT_FALSE(guarded.lock().is_whole(snapshot)) << "the content is another one";
    EXPECT_TRUE(guarded.lock().is_whole(guarded.lock().begin_read()));
}

TEST(SequenceLock, WriteThatADeadWriterBeganIsGoneOnWithUnderANewNumber)
{
    Guarded guarded;
    const auto before = guarded.lock().begin_read();
    guarded.lock().begin_write();
    guarded.lock().begin_write();
    EXPECT_EQ(guarded.sequence % 2, 1u);
    guarded.lock().end_write();
    EXPECT_EQ(guarded.sequence, 2u);
    EXPECT_FALSE(guarded.lock().is_whole(before));
}

TEST(SequenceLock, SequenceWrapsFromOddToEven)
{
    Guarded guarded;
    guarded.sequence = UINT32_MAX - 1;
    const auto before = guarded.lock().begin_read();
    guarded.lock().begin_write();
    EXPECT_EQ(guarded.sequence, UINT32_MAX);
    guarded.lock().end_write();
    EXPECT_EQ(guarded.sequence, 0u);
    EXPECT_TRUE(guarded.lock().begin_read().stable);
    EXPECT_FALSE(guarded.lock().is_whole(before));
}

TEST(SequenceLock, CopiesCalledWholeAreOneContentUnderAWriterThatNeverPauses)
{
    using Content = std::array<uint64_t, 32>;
    Guarded guarded;
    Content shared{};
    std::atomic<bool> stop{false};
    std::thread writer([&] {
        Content content;
        for (uint64_t number = 1; !stop.load(std::memory_order_relaxed); ++number)
        {
            content.fill(number);
            guarded.lock().begin_write();
            base::copy_shared(&shared, &content, sizeof content);
            guarded.lock().end_write();
            std::this_thread::yield();
        }
    });
    uint64_t last = 0;
    constexpr uint64_t wanted = 300;
    uint64_t changes = 0;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(100);
    while (changes < wanted && std::chrono::steady_clock::now() < end)
    {
        Content copy;
        const auto snapshot = guarded.lock().begin_read();
        base::copy_shared(&copy, &shared, sizeof copy);
        if (!guarded.lock().is_whole(snapshot))
            continue;
        ASSERT_TRUE(std::all_of(copy.begin(), copy.end(), [&](uint64_t word) { return word == copy[0]; }));
        ASSERT_GE(copy[0], last);
        changes += copy[0] != last;
        last = copy[0];
    }
    stop = true;
    writer.join();
    EXPECT_EQ(changes, wanted);
}

}
}
