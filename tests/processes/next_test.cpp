// daoShmNext(): which frame it delivers, in each order and in each wait mode, and what it does when the segment ends.
#include "next.hpp"

#include <filesystem>
#include <future>
#include <thread>

using namespace test;
using std::chrono::milliseconds;

namespace
{

TEST_P(Next, GivesTheNewestUnseenFrameAndCountsThoseInBetween)
{
    EXPECT_EQ(next(), DAO_TIMEOUT);
    publish(writer_, 1);
    EXPECT_TRUE(gives(1, 1, 0));
    EXPECT_EQ(next(), DAO_TIMEOUT) << "seen already";
    for (uint64_t number = 2; number <= 4; ++number)
        publish(writer_, number);
    EXPECT_TRUE(gives(4, 4, 2));
}

TEST_P(Next, GivesEachFrameInOrder)
{
    how_.order = DAO_NEXT_IN_ORDER;
    for (uint64_t number = 1; number <= 3; ++number)
    {
        publish(writer_, number);
        EXPECT_TRUE(gives(number, number, 0));
    }
}

TEST_P(Next, GivesFramesInOrderThatCameTogether)
{
    how_.order = DAO_NEXT_IN_ORDER;
    for (uint64_t number = 1; number <= 3; ++number)
        publish(writer_, number);
    for (uint64_t number = 1; number <= 3; ++number)
        EXPECT_TRUE(gives(number, number, 0)) << "one post for all of them";
    EXPECT_EQ(next(), DAO_TIMEOUT);
}

TEST_P(Next, GivesALappedReaderTheOldestWholeFrameAndCountsTheRest)
{
    how_.order = DAO_NEXT_IN_ORDER;
    for (uint64_t number = 1; number <= 10; ++number)
        publish(writer_, number);
    EXPECT_TRUE(gives(7, 7, 6, DAO_OVERWRITE)) << "frames 7 to 10 lie in the four slots";
    EXPECT_EQ(daoLastErrorCode(), DAO_E_OVERWRITE);
    EXPECT_TRUE(gives(8, 8, 0));
}

TEST_P(Next, FramesFromBeforeTheOpenAreNotNew)
{
    publish(writer_, 1);
    Image late;
    late.open(name_.text());
    how_.wait = DAO_WAIT_SLEEP;
    EXPECT_EQ(daoShmNext(late, &how_, data_.data(), 0, nullptr, nullptr), DAO_TIMEOUT);
}

TEST_P(Next, WithoutADestinationLeavesTheFrameUnseen)
{
    for (const DAO_NEXT_ORDER order : {DAO_NEXT_IN_ORDER, DAO_NEXT_NEWEST})
    {
        how_.order = order;
        const uint64_t number = daoShmGetCounter(writer_) + 1;
        publish(writer_, number);
        for (int attempt = 0; attempt < 2; ++attempt)
            EXPECT_EQ(daoShmNext(reader_, &how_, nullptr, 0, nullptr, nullptr), DAO_SUCCESS);
        EXPECT_TRUE(gives(number, number, 0)) << "although the post was taken, where one was waited for";
        EXPECT_EQ(daoShmNext(reader_, &how_, nullptr, 0, nullptr, nullptr), DAO_TIMEOUT);
    }
}

// It is no reason to give a frame twice that was read or borrowed meanwhile.
TEST_P(Next, AWaitWithoutADestinationIsOverOnceTheFrameWasReadOtherwise)
{
    const auto read = [this] { return daoShmReadNewest(reader_, data_.data(), size, nullptr, nullptr); };
    const auto borrow = [this] {
        void *slot = nullptr;
        return daoShmGetNewestSegment(reader_, &slot, nullptr, nullptr);
    };
    data_.resize(size);
    for (const std::function<int_fast8_t()> &take : {std::function<int_fast8_t()>(read), {borrow}})
    {
        publish(writer_, 1);
        EXPECT_EQ(daoShmNext(reader_, &how_, nullptr, 0, nullptr, nullptr), DAO_SUCCESS);
        EXPECT_EQ(take(), DAO_SUCCESS);
        EXPECT_EQ(next(), DAO_TIMEOUT);
    }
}

// Whatever else is waited for in between.
TEST_P(Next, KeepsAPostUntilSomethingIsRead)
{
    how_.wait = DAO_WAIT_SEMAPHORE;
    publish(writer_, 1);
    ASSERT_TRUE(gives(1, 1, 0));
    require(daoSemPost(writer_, 0), "post without a frame");
    ASSERT_EQ(daoShmNext(reader_, &how_, nullptr, 0, nullptr, nullptr), DAO_SUCCESS);
    if (!waits_for_semaphore())
    {
        how_.wait = GetParam();
        EXPECT_EQ(next(), DAO_TIMEOUT);
        how_.wait = DAO_WAIT_SEMAPHORE;
    }
    EXPECT_TRUE(gives(1, 1, 0));
    EXPECT_EQ(next(), DAO_TIMEOUT);
}

// A frame that somebody takes long to write is no reason to exceed the limit.
TEST_P(Next, KeepsItsLimitWhileTheOnlySlotIsBeingWritten)
{
    SegmentName name;
    Image writer;
    writer.create(name.text(), {size}, _DATATYPE_UINT32, 1);
    require(daoShmCloseShm(reader_), "close");
    reader_.open(name.text());
    publish(writer, 1);
    void *slot = nullptr;
    require(daoShmLoanBegin(writer, &slot), "loan");
    for (const DAO_NEXT_ORDER order : {DAO_NEXT_NEWEST, DAO_NEXT_IN_ORDER})
        for (const int64_t limit_ns : {int64_t{0}, 20 * millisecond_ns})
        {
            how_.order = order;
            how_.timeout_ns = limit_ns;
            EXPECT_LT(punctual_ns([&] { EXPECT_EQ(next(), DAO_TIMEOUT); }), limit_ns + 70 * millisecond_ns);
        }
    require(daoShmLoanCommit(writer), "commit");
    how_.order = DAO_NEXT_NEWEST;
    EXPECT_EQ(next(), DAO_SUCCESS);
    EXPECT_EQ(frame_.cnt0, 2u);
}

TEST_P(Next, WaitsForAFrameThatComesLater)
{
    how_.timeout_ns = 60 * second_ns;
    auto result = std::async(std::launch::async, [this] { return next(); });
    std::this_thread::sleep_for(milliseconds(30));
    publish(writer_, 5);
    ASSERT_EQ(result.get(), DAO_SUCCESS);
    EXPECT_TRUE(is_frame(data_, 5));
}

TEST_P(Next, IsToldOfAReplacementUnlessItFollows)
{
    Image other;
    other.create(name_.text(), {size}, _DATATYPE_UINT32, depth + 1);
    EXPECT_EQ(next(), DAO_REPLACED);
    publish(other, 9);
    EXPECT_EQ(next(), DAO_REPLACED);
    how_.follow = 1;
    EXPECT_TRUE(gives(1, 9, 0)) << "from the first frame of the new segment";
    EXPECT_EQ(reader_.info().depth, depth + 1);
}

TEST_P(Next, FollowsToAFrameThatWasPublishedOnceWithTheSameCounter)
{
    publish(writer_, 1);
    EXPECT_TRUE(gives(1, 1, 0));
    Image other;
    other.create(name_.text(), {size}, _DATATYPE_UINT32, depth + 1);
    publish(other, 2);
    how_.follow = 1;
    EXPECT_TRUE(gives(1, 2, 0));
}

TEST_P(Next, FollowsWhileItWaits)
{
    how_.follow = 1;
    how_.timeout_ns = 60 * second_ns;
    auto result = std::async(std::launch::async, [this] { return next(); });
    std::this_thread::sleep_for(milliseconds(30));
    Image other;
    other.create(name_.text(), {size}, _DATATYPE_UINT32, depth + 1);
    std::this_thread::sleep_for(milliseconds(200));
    publish(other, 3);
    ASSERT_EQ(result.wait_for(milliseconds(2000)), std::future_status::ready);
    EXPECT_EQ(result.get(), DAO_SUCCESS);
    EXPECT_TRUE(is_frame(data_, 3));
}

// In one call: what the library knows of the first segment may lie where that of the third lies by then. Allocators give
// memory back for another use after some more of it only.
TEST_P(Next, FollowsTwiceWhileItWaits)
{
    how_.follow = 1;
    Image others[30];
    uint32_t slots = depth;
    const auto replace = [&](Image &other) { other.create(name_.text(), {size}, _DATATYPE_UINT32, ++slots); };
    for (int number = 0; number < 20; ++number)
    {
        replace(others[number]);
        EXPECT_EQ(next(), DAO_TIMEOUT);
    }
    how_.timeout_ns = 60 * second_ns;
    std::thread maker([&] {
        for (int number = 20; number < 30; ++number)
        {
            std::this_thread::sleep_for(milliseconds(50)); // until it has followed, on most machines
            replace(others[number]);
        }
        publish(others[29], 3);
    });
    EXPECT_EQ(next(), DAO_SUCCESS);
    maker.join();
    EXPECT_TRUE(is_frame(data_, 3));
    EXPECT_EQ(reader_->md->fifo_size, slots) << "the image is the last segment";
    EXPECT_EQ(reader_.info().depth, slots);
}

// The end of the segment before is no failure of a call that has the new one's frame.
TEST_P(Next, FollowingLeavesTheLastErrorAsItWas)
{
    how_.follow = 1;
    Image other;
    other.create(name_.text(), {size}, _DATATYPE_UINT32, depth + 1);
    publish(other, 9);
    (void)daoSetLastError(DAO_E_RANGE, "of a call before");
    EXPECT_TRUE(gives(1, 9, 0));
    EXPECT_EQ(daoLastErrorCode(), DAO_E_RANGE);
    EXPECT_STREQ(daoLastErrorMessage(), "of a call before");
}

TEST_P(Next, FollowingToOtherFramesIsToldOnceAndThenGoesOn)
{
    how_.follow = 1;
    Image other;
    other.create(name_.text(), {3, 7}, _DATATYPE_UINT32, depth);
    publish(other, 1);
    EXPECT_EQ(next(), DAO_REPLACED);
    ASSERT_EQ(reader_->md->nelement, 21u) << "the image is the new segment";
    Frame small(21);
    ASSERT_EQ(daoShmNext(reader_, &how_, small.data(), small.size(), &frame_, &missed_), DAO_SUCCESS);
    EXPECT_TRUE(is_frame(small, 1));
}

TEST_P(Next, FollowingEndsWhenTheSegmentIsRemoved)
{
    how_.follow = 1;
    how_.timeout_ns = 60 * second_ns;
    require(daoShmRemove(name_.c_str()), "remove");
    EXPECT_EQ(next(), DAO_REMOVED);
    EXPECT_EQ(reader_->used, 1);
}

TEST_P(Next, GoesOnWithTheFramesOfAReuse)
{
    publish(writer_, 1);
    publish(writer_, 2);
    EXPECT_TRUE(gives(2, 2, 1));
    Image again;
    again.create(name_.text(), {size}, _DATATYPE_UINT32, depth);
    publish(again, 7);
    EXPECT_TRUE(gives(1, 7, 0));
}

// As programs do that write the fields themselves.
void set_counters_back(IMAGE *image)
{
    for (uint32_t slot = 0; slot < depth; ++slot)
        image->md[slot].cnt0 = 0;
}

TEST_P(Next, GoesOnWithTheFramesAfterAProgramSetTheCountersBack)
{
    for (const uint32_t order : {DAO_NEXT_NEWEST, DAO_NEXT_IN_ORDER})
    {
        how_.order = order;
        how_.timeout_ns = waits_for_semaphore() ? 10 * millisecond_ns : 0;
        for (uint64_t number = 1; number <= 100; ++number)
        {
            publish(writer_, number);
            ASSERT_TRUE(gives(number, number, 0));
        }
        set_counters_back(writer_);
        EXPECT_EQ(next(), DAO_TIMEOUT);
        publish(writer_, 7);
        EXPECT_TRUE(gives(1, 7, 0));
        publish(writer_, 8);
        EXPECT_TRUE(gives(2, 8, 0));
        set_counters_back(writer_);
        EXPECT_EQ(next(), DAO_TIMEOUT);
    }
}

TEST_P(Next, GoesOnAlsoWhenFewFramesHadBeenCounted)
{
    how_.timeout_ns = waits_for_semaphore() ? 10 * millisecond_ns : 0;
    for (const uint32_t order : {DAO_NEXT_NEWEST, DAO_NEXT_IN_ORDER})
        for (uint64_t frames = 2; frames <= 4; ++frames)
        {
            how_.order = order;
            for (uint64_t number = 1; number <= frames; ++number)
            {
                publish(writer_, number);
                ASSERT_TRUE(gives(number, number, 0));
            }
            set_counters_back(writer_);
            publish(writer_, 7);
            EXPECT_TRUE(gives(1, 7, 0)) << "nobody had looked in between";
            set_counters_back(writer_);
            EXPECT_EQ(next(), DAO_TIMEOUT);
        }
}

TEST_P(Next, WaitsOnWhileAProgramSetsTheCountersBack)
{
    for (uint64_t number = 1; number <= 100; ++number)
        publish(writer_, number);
    EXPECT_TRUE(gives(100, 100, 99));
    how_.timeout_ns = 60 * second_ns;
    std::thread program([&] {
        std::this_thread::sleep_for(milliseconds(50));
        set_counters_back(writer_);
        std::this_thread::sleep_for(milliseconds(50));
        publish(writer_, 7);
    });
    EXPECT_TRUE(gives(1, 7, 0));
    program.join();
}

TEST_P(Next, NoticesARemovalHoweverShortItsTimeLimits)
{
    if (!name_.delete_file())
        GTEST_SKIP() << "this system keeps a file that is in use";
    how_.timeout_ns = 5 * millisecond_ns;
    int_fast8_t status = DAO_TIMEOUT;
    const int64_t taken_ns = punctual_ns([&] {
        const auto begin = Clock::now();
        while (status == DAO_TIMEOUT && Clock::now() - begin < milliseconds(10'000))
            status = next();
    });
    EXPECT_EQ(status, DAO_REMOVED);
    EXPECT_LT(std::chrono::nanoseconds(taken_ns), soon);
}

TEST_P(Next, BadOptionsAreErrorsThatNameThem)
{
    const auto refused = [this](const char *word) {
        EXPECT_EQ(next(), DAO_ERROR);
        EXPECT_EQ(daoLastErrorCode(), DAO_E_ARGUMENT);
        EXPECT_NE(std::string(daoLastErrorMessage()).find(word), std::string::npos) << daoLastErrorMessage();
    };
    const DAO_NEXT_OPTIONS good = how_;
    how_.size = 0;
    refused("DAO_NEXT_OPTIONS_INIT");
    how_ = good;
    how_.order = 2;
    refused("order");
    how_ = good;
    how_.wait = 4;
    refused("wait");
    how_ = good;
    how_.follow = 2;
    refused("follow");
    how_ = good;
    how_.wait = DAO_WAIT_SEMAPHORE;
    how_.semaphore = 10;
    EXPECT_EQ(next(), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_SEMAPHORE);
}

INSTANTIATE_TEST_SUITE_P(Waits, Next,
                         testing::Values(DAO_WAIT_SLEEP, DAO_WAIT_SPIN, DAO_WAIT_ADAPTIVE, DAO_WAIT_SEMAPHORE),
                         [](const auto &row) {
                             if (row.param == DAO_WAIT_SLEEP)
                                 return "Sleep";
                             if (row.param == DAO_WAIT_SPIN)
                                 return "Spin";
                             return row.param == DAO_WAIT_ADAPTIVE ? "Adaptive" : "Semaphore";
                         });

}
