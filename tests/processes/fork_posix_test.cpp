// After fork() the child reads, waits and writes with the inherited image, and is known as itself.
#include "dao_bytes.hpp"
#include "frames.hpp"
#include "image.hpp"
#include "segment_name.hpp"
#include "timing.hpp"
#include "wait_modes.hpp"

#include <atomic>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace
{

using namespace test;

constexpr uint32_t size = 1000;

// Runs `action` in a forked child; its result is the exit code, -1 when the child did not end well in time.
template <class Action>
int in_child(Action &&action)
{
    const pid_t child = fork();
    if (child == 0)
    {
        alarm(30);
        _exit(action());
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void publish(IMAGE *image, uint64_t number)
{
    Frame frame(size);
    fill(frame, number);
    require(daoShmImage2Shm(frame.data(), size, image), "publish");
}

class Fork : public testing::Test
{
  protected:
    void SetUp() override { image_.create(name_.text(), {size}, _DATATYPE_UINT32, 3); }

    SegmentName name_;
    Image image_;
};

TEST_F(Fork, ChildReadsWithTheInheritedImage)
{
    publish(image_, 1);
    EXPECT_EQ(in_child([&] {
                  Frame read(size);
                  uint64_t counter = 0;
                  return daoShmReadNewest(image_, read.data(), size, &counter, nullptr) == DAO_SUCCESS &&
                                 counter == 1 && is_frame(read, 1)
                             ? 0
                             : 1;
              }),
              0);
}

TEST_F(Fork, ChildIsListedAsAReaderOfItsOwn)
{
    publish(image_, 1);
    Frame read(size);
    require(daoShmReadNewest(image_, read.data(), size, nullptr, nullptr), "read");
    EXPECT_EQ(in_child([&] {
                  if (daoShmReadNewest(image_, read.data(), size, nullptr, nullptr) != DAO_SUCCESS)
                      return 1;
                  DAO_READER readers[4] = {DAO_READER_INIT};
                  uint32_t count = 0;
                  if (daoShmGetReaders(image_, readers, 4, &count) != DAO_SUCCESS || count != 2)
                      return 2;
                  const auto self = static_cast<uint32_t>(getpid());
                  return readers[0].pid == self || readers[1].pid == self ? 0 : 3;
              }),
              0);
    uint32_t alive = 0;
    require(daoShmCountReaders(image_, &alive), "readers");
    EXPECT_EQ(alive, 1u);
}

TEST_F(Fork, ChildWaitsInEveryWay)
{
    for (const WaitMode mode : all_wait_modes)
    {
        Image own; // a fresh handle for each, so that no mode finds the frame of the one before
        own.open(name_.text());
        const timespec past{1, 0};
        (void)daoShmWaitForSemaphoreTimeout(own, 0, &past);
        const uint64_t after = daoShmGetCounter(own);
        const pid_t child = fork();
        if (child == 0)
            _exit(wait_for_frame(own, mode, after, 60 * second_ns) == DAO_SUCCESS ? 0 : 1);
        std::this_thread::sleep_for(milliseconds(50));
        publish(image_, after + 1);
        int status = 0;
        waitpid(child, &status, 0);
        EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << name_of(mode);
    }
}

TEST_F(Fork, ChildThatWritesIsNamedAsTheWriter)
{
    publish(image_, 1);
    EXPECT_EQ(image_.info().writer_pid, static_cast<uint32_t>(getpid()));
    const pid_t child = fork();
    if (child == 0)
    {
        publish(image_, 2);
        _exit(image_.info().writer_pid == static_cast<uint32_t>(getpid()) ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    const DAO_SEGMENT_INFO info = image_.info();
    EXPECT_EQ(info.writer_pid, static_cast<uint32_t>(child));
    EXPECT_EQ(info.writer_alive, 0u);
    EXPECT_EQ(info.frame_broken, 0u);
    publish(image_, 3);
    EXPECT_EQ(daoShmGetCounter(image_), 3u);
}

TEST_F(Fork, ChildKilledWithALoanIsTakenOverByTheParent)
{
    EXPECT_EQ(in_child([&] {
                  void *slot = nullptr;
                  return daoShmLoanBegin(image_, &slot) == DAO_SUCCESS ? 7 : 1;
              }),
              7);
    EXPECT_EQ(image_.info().frame_broken, 1u);
    publish(image_, 1);
    EXPECT_EQ(image_.info().takeovers, 1u);
    EXPECT_EQ(daoShmGetCounter(image_), 1u);
}

TEST_F(Fork, ChildThatClosesDoesNotEndTheParentsLoan)
{
    void *slot = nullptr;
    require(daoShmLoanBegin(image_, &slot), "begin");
    EXPECT_EQ(in_child([&] { return daoShmCloseShm(image_) == DAO_SUCCESS ? 0 : 1; }), 0);
    EXPECT_EQ(image_.info().writing, 1u) << "the parent's loan goes on";
    fill(static_cast<uint32_t *>(slot), size, 1);
    ASSERT_EQ(daoShmLoanCommit(image_), DAO_SUCCESS);
    Frame read(size);
    require(daoShmReadNewest(image_, read.data(), size, nullptr, nullptr), "read");
    EXPECT_TRUE(is_frame(read, 1));
}

TEST_F(Fork, ChildThatCommitsOrAbortsDoesNotEndTheParentsLoan)
{
    void *slot = nullptr;
    require(daoShmLoanBegin(image_, &slot), "begin");
    EXPECT_EQ(in_child([&] { return daoShmLoanAbort(image_) == DAO_SUCCESS ? 1 : 0; }), 0);
    EXPECT_EQ(in_child([&] { return daoShmLoanCommit(image_) == DAO_SUCCESS ? 1 : 0; }), 0);
    EXPECT_EQ(image_.info().writing, 1u);
    EXPECT_EQ(daoShmGetCounter(image_), 0u);
    require(daoShmLoanCommit(image_), "commit");
}

TEST_F(Fork, ChildThatClosesLeavesTheParentListedAndOpen)
{
    publish(image_, 1);
    Frame read(size);
    require(daoShmReadNewest(image_, read.data(), size, nullptr, nullptr), "read");
    EXPECT_EQ(in_child([&] { return daoShmCloseShm(image_) == DAO_SUCCESS ? 0 : 1; }), 0);
    uint32_t alive = 0;
    require(daoShmCountReaders(image_, &alive), "readers");
    EXPECT_EQ(alive, 1u);
    publish(image_, 2);
    require(daoShmReadNewest(image_, read.data(), size, nullptr, nullptr), "read");
    EXPECT_TRUE(is_frame(read, 2));
}

// One that is not in the child to let others open them.
TEST(ForkBeside, AThreadThatOpensSemaphoresLeavesTheChildFree)
{
    SegmentName name;
    write_file(name.text(),
               make_bytes({{size}, _DATATYPE_UINT32, 2, 0, false}, name.text())); // of DAO's, without semaphores
    Image image, others;
    image.open(name.text());
    require(daoShmDuplicate(image, others.taken()), "duplicate");
    const timespec past{1, 0};
    std::atomic<bool> is_over{false};
    std::thread opener([&] {
        while (!is_over)
        {
            (void)daoShmWaitForSemaphoreTimeout(others, 0, &past);
            std::this_thread::yield(); // whoever forks waits for it
        }
    });
    int ended = 0;
    for (int round = 0; round < 50 && ended == 0; ++round)
        ended = in_child([&] { return daoShmWaitForSemaphoreTimeout(image, 0, &past) == DAO_ERROR ? 0 : 1; });
    is_over = true;
    opener.join();
    EXPECT_EQ(ended, 0);
}

TEST(ForkPrivate, ImageOfTheChildIsACopy)
{
    Image image;
    SegmentName name;
    image.create(name.text(), {size}, _DATATYPE_UINT32, 2, 0, 0);
    publish(image, 1);
    EXPECT_EQ(in_child([&] {
                  Frame read(size);
                  if (daoShmReadNewest(image, read.data(), size, nullptr, nullptr) != DAO_SUCCESS || !is_frame(read, 1))
                      return 1;
                  publish(image, 2);
                  return daoShmGetCounter(image) == 2 ? 0 : 2;
              }),
              0);
    EXPECT_EQ(daoShmGetCounter(image), 1u);
}

TEST(ForkPrivate, LockThatTheParentHeldIsNobodysInTheChild)
{
    Image image;
    SegmentName name;
    image.create(name.text(), {size}, _DATATYPE_UINT32, 2, 1, 0);
    publish(image, 1);
    void *slot = nullptr;
    require(daoShmLoanBegin(image, &slot), "begin");
    EXPECT_EQ(in_child([&] {
                  Frame frame(size), read(size);
                  fill(frame, 2);
                  if (daoShmImage2Shm(frame.data(), size, image) != DAO_SUCCESS)
                      return 1;
                  if (daoShmReadNewest(image, read.data(), size, nullptr, nullptr) != DAO_SUCCESS || !is_frame(read, 2))
                      return 2;
                  return daoShmGetCounter(image) == 2 ? 0 : 3;
              }),
              0);
    fill(static_cast<uint32_t *>(slot), size, 3);
    EXPECT_EQ(daoShmLoanCommit(image), DAO_SUCCESS) << daoLastErrorMessage();
    EXPECT_EQ(daoShmGetCounter(image), 2u);
}

}
