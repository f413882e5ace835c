// What another user who may read a segment can do to those who sleep on it: Linux lets who may read a word wake and move
// its sleepers.
#include "child.hpp"
#include "frames.hpp"
#include "image.hpp"
#include "role.hpp"
#include "segment_name.hpp"
#include "timing.hpp"

#include <atomic>
#include <climits>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <gtest/gtest.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

namespace
{

using namespace test;

// Over and over: wakes all who sleep on any word of the segment, or moves them to a word of its own, of which nobody knows.
int play_meddler(const Arguments &arguments)
{
    const bool moves = arguments.at(1) == "move";
    const int file = open(arguments.at(0).c_str(), O_RDONLY | O_CLOEXEC);
    struct stat found = {};
    if (setgid(65534) != 0 || setuid(65534) != 0 || fstat(file, &found) != 0)
        return 1;
    const auto bytes = static_cast<size_t>(found.st_size);
    const void *place = mmap(nullptr, bytes, PROT_READ, MAP_SHARED, file, 0);
    void *own = mmap(nullptr, sizeof(uint32_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (place == MAP_FAILED || own == MAP_FAILED)
        return 1;
    const auto *words = static_cast<const uint32_t *>(place);
    say("at work");
    bool has_moved = false;
    for (const auto until = std::chrono::steady_clock::now() + std::chrono::minutes(1);
         std::chrono::steady_clock::now() < until;)
        for (size_t index = 0; index < bytes / sizeof(uint32_t); ++index)
        {
            if (!moves)
                syscall(SYS_futex, words + index, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
            else if (syscall(SYS_futex, words + index, FUTEX_REQUEUE, 0, INT_MAX, own, 0) > 0 && !has_moved)
            {
                say("moved");
                has_moved = true;
            }
        }
    return 0;
}
const Role meddler("meddler", play_meddler);

class OtherUser : public testing::Test
{
  protected:
    void SetUp() override
    {
        if (geteuid() != 0)
            GTEST_SKIP() << "needs root to become another user";
        std::filesystem::permissions(name.folder(), std::filesystem::perms(01777));
        daoShmSetFileMode(0644);
        image.create(name.text(), {4}, _DATATYPE_UINT32, 2, 1);
        daoShmSetFileMode(0600);
        reader.open(name.text());
    }
    SegmentName name;
    Image image, reader;
    Frame frame = Frame(4);
};

}

TEST_F(OtherUser, WhoWakesAllEndsNoWait)
{
    Child other("meddler", {name.text(), "wake"});
    ASSERT_EQ(other.line(), "at work");
    for (int wait = 0; wait < 5; ++wait)
    {
        int_fast8_t status = DAO_ERROR;
        const int64_t taken_ns = elapsed_ns([&] { status = daoShmWaitForFrame(reader, 0, second_ns / 5); });
        EXPECT_EQ(status, DAO_TIMEOUT);
        EXPECT_GE(taken_ns, second_ns / 5);
    }
    require(daoShmImage2Shm(frame.data(), 4, image), "publish");
    EXPECT_EQ(daoShmWaitForFrame(reader, 0, 60 * second_ns), DAO_SUCCESS);
}

TEST_F(OtherUser, WhoMovesASleeperDelaysItByAMomentAndNoMore)
{
    Child other("meddler", {name.text(), "move"});
    ASSERT_EQ(other.line(), "at work");
    std::atomic<bool> is_over{false};
    int_fast8_t status = DAO_ERROR;
    std::thread waiter([&] {
        status = daoShmWaitForFrame(reader, 0, 100 * second_ns);
        is_over = true;
    });
    EXPECT_EQ(other.line(), "moved"); // nothing that this library does wakes it there
    require(daoShmImage2Shm(frame.data(), 4, image), "publish");
    const int64_t taken_ns = elapsed_ns([&] {
        while (!is_over)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
    });
    waiter.join();
    EXPECT_EQ(status, DAO_SUCCESS) << daoLastErrorMessage();
    EXPECT_LT(taken_ns, 50 * second_ns);
    std::printf("delayed by %.0f ms\n", static_cast<double>(taken_ns) * 1e-6);
}
