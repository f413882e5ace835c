// daoShmNext() and interrupts: which wait one ends, and which not.
#include "next.hpp"

#include <atomic>
#include <thread>

using namespace test;
using std::chrono::milliseconds;

namespace
{

TEST_P(Next, AnInterruptBetweenTwoCallsEndsTheNextOne)
{
    EXPECT_EQ(next(), DAO_TIMEOUT);
    daoShmInterrupt();
    how_.timeout_ns = 60 * second_ns;
    EXPECT_EQ(next(), DAO_INTERRUPTED);
    how_.timeout_ns = millisecond_ns;
    EXPECT_EQ(next(), DAO_TIMEOUT) << "each interrupt ends one wait of a handle";
}

TEST_P(Next, AnInterruptOfOneImageEndsItsWaitAndNoOther)
{
    Image other;
    other.open(name_.text());
    require(daoShmInterruptImage(reader_), "interrupt");
    how_.timeout_ns = 60 * second_ns;
    EXPECT_EQ(next(), DAO_INTERRUPTED);
    std::atomic<bool> has_ended{false};
    std::thread interrupter([&] { // the wait may not have begun by the first time
        while (!has_ended)
        {
            std::this_thread::sleep_for(milliseconds(5));
            require(daoShmInterruptImage(reader_), "interrupt");
        }
    });
    EXPECT_EQ(next(), DAO_INTERRUPTED);
    has_ended = true;
    interrupter.join();
    how_.timeout_ns = millisecond_ns;
    EXPECT_EQ(daoShmNext(other, &how_, nullptr, 0, nullptr, nullptr), DAO_TIMEOUT);
}

// The wait has another segment then, and the old one is gone.
TEST_P(Next, AnInterruptMayComeWhileTheWaitFollows)
{
    std::atomic<bool> has_ended{false};
    std::thread interrupter([&] {
        while (!has_ended)
        {
            require(daoShmInterruptImage(reader_), "interrupt");
            std::this_thread::sleep_for(std::chrono::microseconds(100));
        }
    });
    how_.follow = 1;
    if (waits_for_semaphore()) // at the end of a sleep one would always have come, and nothing else be looked for
        how_.timeout_ns = 0;
    for (uint32_t made = 1; made <= 50; ++made)
    {
        Image newest;
        newest.create(name_.text(), {size}, _DATATYPE_UINT32, depth + made % 2);
        publish(newest, made);
        int_fast8_t status = DAO_INTERRUPTED;
        while (status == DAO_INTERRUPTED || status == DAO_TIMEOUT)
            status = next();
        ASSERT_EQ(status, DAO_SUCCESS) << daoLastErrorMessage();
        ASSERT_TRUE(is_frame(data_, made));
    }
    has_ended = true;
    interrupter.join();
}

TEST_P(Next, AnInterruptMayComeWhileTheImageIsOpenedAgain)
{
    std::atomic<bool> has_ended{false};
    std::thread interrupter([&] {
        do
            require(daoShmInterruptImage(reader_), "interrupt");
        while (!has_ended);
    });
    int_fast8_t status = DAO_SUCCESS;
    for (int times = 0; times < 50 && status == DAO_SUCCESS; ++times)
        status = daoShmReopen(reader_);
    has_ended = true;
    interrupter.join();
    EXPECT_EQ(status, DAO_SUCCESS) << daoLastErrorMessage();
    EXPECT_EQ(next(), DAO_INTERRUPTED) << "no re-opening loses one";
    EXPECT_EQ(next(), DAO_TIMEOUT);
}

TEST_P(Next, AnInterruptIsForgottenOnDemand)
{
    daoShmInterrupt();
    require(daoShmForgetInterrupts(reader_), "forget");
    EXPECT_EQ(next(), DAO_TIMEOUT);
}

TEST_P(Next, AnInterruptFromBeforeTheOpenIsNoneOfItsOwn)
{
    daoShmInterrupt();
    Image late;
    late.open(name_.text());
    EXPECT_EQ(daoShmNext(late, &how_, nullptr, 0, nullptr, nullptr), DAO_TIMEOUT);
    EXPECT_EQ(next(), DAO_INTERRUPTED);
}

TEST_P(Next, AFrameThatIsThereCountsMoreThanAnInterrupt)
{
    publish(writer_, 1);
    daoShmInterrupt();
    EXPECT_TRUE(gives(1, 1, 0));
}

}
