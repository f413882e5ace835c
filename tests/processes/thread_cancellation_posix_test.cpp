// Threads that somebody cancels, as programs in C do with their readers: a wait is where they end, and every other call
// goes on to its end and leaves nothing locked.
#include "frames.hpp"
#include "image.hpp"
#include "segment_name.hpp"
#include "timing.hpp"
#include "wait_modes.hpp"

#include <functional>
#include <gtest/gtest.h>
#include <pthread.h>
#include <semaphore.h>

namespace
{

using namespace test;

constexpr size_t size = 4;
using Call = std::function<void(IMAGE *)>;

struct Work
{
    Call call;
    IMAGE *image;
    bool has_ended = false; // the call, not the thread
};

void *begin_work(void *argument)
{
    Work &work = *static_cast<Work *>(argument);
    try
    {
        work.call(work.image);
        work.has_ended = true;
    }
    catch (const std::exception &failure)
    {
        ADD_FAILURE() << failure.what();
    }
    return nullptr;
}

// The cancellation is there already when the call begins.
void *begin_work_cancelled(void *argument)
{
    int state;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    pthread_cancel(pthread_self());
    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &state);
    return begin_work(argument);
}

class Cancelled : public testing::Test
{
  protected:
    Cancelled() { image_.create(name_.text(), {size}, _DATATYPE_UINT32, 3, 10); }

    void publish(uint64_t number)
    {
        Frame frame(size);
        fill(frame, number);
        require(daoShmImage2Shm(frame.data(), size, image_), "publish");
    }

    // Nothing that the thread held is left.
    void expect_all_works()
    {
        const uint64_t before = daoShmGetCounter(image_);
        publish(before + 1);
        EXPECT_EQ(daoShmWaitForFrame(image_, before, 0), DAO_SUCCESS);
        Frame frame(size);
        EXPECT_EQ(daoShmReadNewest(image_, frame.data(), size, nullptr, nullptr), DAO_SUCCESS);
        EXPECT_TRUE(is_frame(frame, before + 1));
        IMAGE_KEYWORD keyword = {};
        EXPECT_EQ(daoShmSetKeywordLong(image_, "A", 1, nullptr), DAO_SUCCESS);
        EXPECT_EQ(daoShmGetKeyword(image_, "A", &keyword), DAO_SUCCESS);
    }

    SegmentName name_;
    Image image_;
};

void wait_on_and_on(WaitMode mode, int64_t timeout_ns, IMAGE *image)
{
    for (;;)
        (void)wait_for_frame(image, mode, daoShmGetCounter(image), timeout_ns);
}

void wait_for_next_frames(uint32_t mode, IMAGE *image)
{
    DAO_NEXT_OPTIONS options = DAO_NEXT_OPTIONS_INIT;
    options.wait = mode;
    Frame frame(size);
    for (;;)
        (void)daoShmNext(image, &options, frame.data(), size, nullptr, nullptr);
}

TEST_F(Cancelled, ThreadEndsInItsWaitAndTheImageGoesOn)
{
#if defined(__SANITIZE_ADDRESS__)
    GTEST_SKIP() << "the address sanitizer does not follow the C library's unwinding of a thread";
#endif
    std::vector<Call> waits;
    for (const WaitMode mode : all_wait_modes)
    {
        waits.push_back([mode](IMAGE *image) { wait_on_and_on(mode, -1, image); });
        waits.push_back([mode](IMAGE *image) { wait_on_and_on(mode, millisecond_ns, image); });
    }
    for (const uint32_t mode : {DAO_WAIT_SLEEP, DAO_WAIT_SPIN, DAO_WAIT_ADAPTIVE})
        waits.push_back([mode](IMAGE *image) { wait_for_next_frames(mode, image); });
    for (int_fast8_t (*wait)(IMAGE *) : {daoShmWaitForCounter, daoShmWait, daoShmWaitForNextSegment})
        waits.push_back([wait](IMAGE *image) {
            for (void *segment = nullptr;; (void)daoShmGetNextSegment(image, &segment, nullptr, nullptr))
                (void)wait(image);
        });
    waits.push_back([](IMAGE *image) {
        for (;;)
            (void)daoShmWaitForSemaphore(image, 1);
    });
    waits.push_back([](IMAGE *image) { (void)daoShmWaitForTargetCounter(image, UINT64_MAX); });
    for (size_t index = 0; index < waits.size(); ++index)
        for (void *(*begin)(void *) : {begin_work, begin_work_cancelled})
        {
            SCOPED_TRACE(index);
            Work work{waits[index], image_};
            pthread_t thread;
            ASSERT_EQ(pthread_create(&thread, nullptr, begin, &work), 0);
            std::this_thread::sleep_for(milliseconds(20));
            pthread_cancel(thread); // whether it waits by now or not
            void *end = nullptr;
            ASSERT_EQ(pthread_join(thread, &end), 0);
            EXPECT_EQ(end, PTHREAD_CANCELED);
            EXPECT_FALSE(work.has_ended);
            expect_all_works();
        }
}

// Calls that open, make, lock or wait for a lock, each also for the first time of its image.
TEST_F(Cancelled, ThreadIsLetThroughEveryOtherCall)
{
    const std::string other_name = name_.text() + "2.im.shm";
    const char *const own = name_.c_str();
    const char *const other = other_name.c_str();
    uint32_t shape[] = {size};
    Frame frame(size);
    DAO_SEGMENT_INFO info = DAO_SEGMENT_INFO_INIT;
    DAO_READER readers[4];
    for (DAO_READER &reader : readers)
        reader = DAO_READER DAO_READER_INIT;
    uint32_t count = 0;
    const auto create = [&](IMAGE *made) {
        require(daoShmImageCreate_FIFO(made, other, 1, shape, _DATATYPE_UINT32, 1, 0, 3), "create");
    };
    const std::vector<Call> calls = {
        [&](IMAGE *image) {
            IMAGE opened = {};
            require(daoShmShm2Img(own, &opened), "open");
            require(daoShmImage2Shm(frame.data(), size, &opened), "publish");
            require(daoShmReopen(&opened), "reopen");
            require(daoShmCloseShm(&opened), "close");
            require(daoShmOpenReadOnly(own, &opened), "open to read");
            require(daoShmReadNewest(&opened, frame.data(), size, nullptr, nullptr), "read");
            require(daoShmCloseShm(&opened), "close");
            require(daoShmDuplicate(image, &opened), "duplicate");
            require(daoShmCloseShm(&opened), "close");
        },
        [&](IMAGE *) {
            IMAGE made = {};
            create(&made);
            require(daoShmCloseShm(&made), "close");
            create(&made); // reused
            require(daoShmCloseShm(&made), "close");
            shape[0] = size + 1;
            create(&made); // replaced
            shape[0] = size;
            require(daoShmCloseShm(&made), "close");
            require(daoShmRemove(other), "remove");
            EXPECT_NE(daoShmShm2Img(other, &made), DAO_SUCCESS);
        },
        [&](IMAGE *image) {
            void *slot = nullptr;
            require(daoShmResetTail(image, nullptr, nullptr), "reset");
            require(daoShmLoanBegin(image, &slot), "loan");
            require(daoShmLoanCommit(image), "commit");
            require(daoShmReadNext(image, frame.data(), size, nullptr, nullptr, nullptr), "read");
            require(daoShmReadLast(image, frame.data(), 1, nullptr), "read the last");
            require(daoShmSetKeywordLong(image, "B", 1, nullptr), "keyword");
            require(daoShmRemoveKeyword(image, "B"), "remove the keyword");
            require(daoShmGetInfo(image, &info), "info");
            require(daoShmGetReaders(image, readers, 4, &count), "readers");
            require(daoShmCheckReplaced(image), "check");
            require(daoSemPostAll(image), "post");
            EXPECT_EQ(daoShmUnlock(image, 0), DAO_SUCCESS);
            daoError("a line of the log\n");
        },
    };
    for (size_t index = 0; index < calls.size(); ++index)
    {
        SCOPED_TRACE(index);
        Work work{calls[index], image_};
        pthread_t thread;
        ASSERT_EQ(pthread_create(&thread, nullptr, begin_work_cancelled, &work), 0);
        ASSERT_EQ(pthread_join(thread, nullptr), 0);
        EXPECT_TRUE(work.has_ended);
        expect_all_works();
    }
}

// Its wait for the lock ends as any other's, and the thread ends with its next wait.
TEST_F(Cancelled, WriterThatWaitsForTheLockIsToldBusy)
{
    Image holder;
    holder.open(name_.text());
    void *slot = nullptr;
    require(daoShmLoanBegin(holder, &slot), "loan");
    int_fast8_t status = DAO_SUCCESS;
    Work work{[&](IMAGE *image) {
                  Frame frame(size);
                  (void)daoShmSetLockLimit(100 * millisecond_ns); // of this thread
                  status = daoShmImage2Shm(frame.data(), size, image);
              },
              image_};
    pthread_t thread;
    ASSERT_EQ(pthread_create(&thread, nullptr, begin_work_cancelled, &work), 0);
    ASSERT_EQ(pthread_join(thread, nullptr), 0);
    EXPECT_TRUE(work.has_ended);
    EXPECT_EQ(status, DAO_ERROR);
    require(daoShmLoanAbort(holder), "abort");
    expect_all_works();
}

}
