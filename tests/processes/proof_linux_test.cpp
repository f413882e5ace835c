// The lock that proves a life: what ends it, what does not, and who has it.
#include "holders_linux.hpp"
#include "timing.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <spawn.h>
#include <sys/file.h>
#include <sys/syscall.h>

extern char **environ;

namespace
{

using namespace test;

// Daemons do that late, and so does whoever wants to give a child nothing.
class ClosedDescriptors : public testing::TestWithParam<const Place *>
{
};

TEST_P(ClosedDescriptors, WriterIsAliveUntilItDies)
{
    Shared segment;
    const std::string &name = segment.name();
    Placed writer(*GetParam(), [&name](const auto &say) {
        Image image;
        image.open(name);
        Frame frame(size);
        fill(frame, 1);
        require(daoShmImage2Shm(frame.data(), size, image), "publish");
        for (const int descriptor : descriptors_of(name))
            close(descriptor);
        void *slot = nullptr;
        require(daoShmLoanBegin(image, &slot), "begin");
        std::memset(slot, 0xff, 4);
        say("holds");
        sleep_on();
    });
    if (!writer.is_possible())
        GTEST_SKIP() << "this machine does not allow it";
    ASSERT_EQ(writer.line(), "holds");
    EXPECT_EQ(segment.image().info().writer_alive, static_cast<uint32_t>(DAO_ALIVE));
    Frame frame(size);
    fill(frame, 2);
    daoShmSetLockLimit(200 * millisecond_ns);
    EXPECT_EQ(daoShmImage2Shm(frame.data(), size, segment.image()), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_BUSY) << daoLastErrorMessage();
    writer.kill();
    EXPECT_EQ(segment.image().info().writer_alive, static_cast<uint32_t>(DAO_DEAD));
    EXPECT_EQ(daoShmImage2Shm(frame.data(), size, segment.image()), DAO_SUCCESS) << daoLastErrorMessage();
    daoShmSetLockLimit(5 * second_ns);
}

INSTANTIATE_TEST_SUITE_P(Holders, ClosedDescriptors, testing::Values(&here, &container, &without_proc, &as_nobody),
                         name_of_place);

// A child of the holder goes on when the holder is killed: the lock is not its.
class ChildOfTheHolder : public testing::TestWithParam<const char *>
{
};

TEST_P(ChildOfTheHolder, DoesNotKeepTheLock)
{
    const std::string how = GetParam();
    if (how != "spawn" && std::getenv("DAO_TEST_EMULATOR") != nullptr)
        GTEST_SKIP() << "qemu says that it keeps memory from a child (MADV_DONTFORK), and does not";
    Shared segment;
    pid_t child = 0;
    Placed writer(here, [&](const auto &say) {
        Image image;
        image.open(segment.name());
        void *slot = nullptr;
        require(daoShmLoanBegin(image, &slot), "begin");
        pid_t started = 0;
        if (how == "fork")
        {
            started = fork();
            if (started == 0)
                sleep_on();
        }
        else if (how == "clone") // without what the C library does for fork
        {
            started = static_cast<pid_t>(syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr));
            if (started == 0)
                sleep_on();
        }
        else
        {
            char program[] = "sleep", seconds[] = "60";
            char *words[] = {program, seconds, nullptr};
            if (posix_spawnp(&started, program, nullptr, nullptr, words, environ) != 0)
                throw std::runtime_error("cannot start sleep");
        }
        say(std::to_string(started));
        sleep_on();
    });
    child = static_cast<pid_t>(std::stol(writer.line()));
    writer.kill();
    ASSERT_EQ(kill(child, 0), 0) << "it lives";
    Frame frame(size);
    fill(frame, 1);
    int_fast8_t status = DAO_ERROR;
    const int64_t taken_ns = punctual_ns([&] { status = daoShmImage2Shm(frame.data(), size, segment.image()); });
    EXPECT_EQ(status, DAO_SUCCESS) << daoLastErrorMessage();
    EXPECT_LT(taken_ns, second_ns);
    kill(child, SIGKILL);
}

INSTANTIATE_TEST_SUITE_P(Started, ChildOfTheHolder, testing::Values("fork", "clone", "spawn"),
                         [](const auto &row) { return std::string(row.param); });

TEST(Proof, ForkedChildHasAProofOfItsOwn)
{
    Shared segment;
    Frame frame(size);
    require(daoShmImage2Shm(frame.data(), size, segment.image()), "publish");
    Placed child(here, [&](const auto &say) {
        void *slot = nullptr;
        require(daoShmLoanBegin(segment.image(), &slot), "begin"); // with the inherited image
        say("holds");
        sleep_on();
    });
    ASSERT_EQ(child.line(), "holds");
    EXPECT_EQ(segment.image().info().writer_pid, static_cast<uint32_t>(child.pid()));
    EXPECT_EQ(segment.image().info().writer_alive, static_cast<uint32_t>(DAO_ALIVE));
    child.kill();
    EXPECT_EQ(segment.image().info().frame_broken, 1u);
    EXPECT_EQ(daoShmImage2Shm(frame.data(), size, segment.image()), DAO_SUCCESS) << daoLastErrorMessage();
}

TEST(Proof, HandlesOfAProcessShareAProofThatTakesNoDescriptor)
{
    Shared segment;
    const size_t before = open_descriptors();
    {
        Image first, second, third;
        Frame frame(size);
        for (Image *image : {&first, &second, &third})
            image->open(segment.name());
        const size_t opened = open_descriptors();
        for (Image *image : {&first, &second, &third})
            require(daoShmImage2Shm(frame.data(), size, *image), "publish");
        EXPECT_EQ(open_descriptors(), opened);
        require(daoShmCloseShm(first), "close");
        require(daoShmImage2Shm(frame.data(), size, third), "publish");
        EXPECT_EQ(segment.image().info().writer_alive, static_cast<uint32_t>(DAO_ALIVE));
    }
    EXPECT_EQ(open_descriptors(), before);
    EXPECT_EQ(segment.image().info().writer_alive, static_cast<uint32_t>(DAO_ALIVE)) << "it only closed the segment";
}

TEST(Proof, NoStandardDescriptorIsTaken)
{
    Shared segment;
    Placed writer(here, [&](const auto &say) {
        Image image;
        image.open(segment.name());
        for (const int standard : {0, 1, 2})
            close(standard);
        Frame frame(size);
        require(daoShmImage2Shm(frame.data(), size, image), "publish");
        say(is_open(0) || is_open(1) || is_open(2) ? "taken" : "free");
    });
    EXPECT_EQ(writer.line(), "free");
}

TEST(Proof, ReadersAreJudgedAlike)
{
    Shared segment;
    const auto read = [&](bool has_descriptors) {
        return [&segment, has_descriptors](const auto &say) {
            Image image;
            image.open(segment.name());
            if (!has_descriptors)
                exhaust_descriptors();
            (void)daoShmWaitForFrame(image, 0, 1);
            say("reads");
            sleep_on();
        };
    };
    Placed near(here, read(true)), far(container, read(true)), far_without(container, read(false));
    if (!far.is_possible())
        GTEST_SKIP() << "this machine does not allow it";
    for (Placed *reader : {&near, &far, &far_without})
        ASSERT_EQ(reader->line(), "reads");
    const auto count = [&](DAO_LIVENESS liveness) {
        DAO_READER readers[8] = {DAO_READER_INIT};
        uint32_t listed = 0;
        require(daoShmGetReaders(segment.image(), readers, 8, &listed), "readers");
        return std::count_if(readers, readers + listed,
                             [&](const DAO_READER &reader) { return reader.alive == static_cast<uint32_t>(liveness); });
    };
    EXPECT_EQ(count(DAO_ALIVE), 2);
    EXPECT_EQ(count(DAO_UNKNOWN), 1);
    for (Placed *reader : {&near, &far, &far_without})
        reader->kill();
    EXPECT_EQ(count(DAO_ALIVE), 0);
    EXPECT_EQ(count(DAO_DEAD), 2);
    EXPECT_EQ(count(DAO_UNKNOWN), 1);
    uint32_t perhaps_alive = 0;
    require(daoShmCountReaders(segment.image(), &perhaps_alive), "count");
    EXPECT_EQ(perhaps_alive, 1u);
}

// Locks whatever may be locked by one who may only read.
Action block_as_reader(const std::string &name)
{
    return [&name](const auto &say) {
        const int file = open(name.c_str(), O_RDONLY | O_CLOEXEC);
        struct flock all = {};
        all.l_type = F_RDLCK;
        const bool locked = flock(file, LOCK_EX | LOCK_NB) == 0 && fcntl(file, F_OFD_SETLK, &all) == 0;
        all.l_type = F_WRLCK;
        say(locked && open(name.c_str(), O_RDWR | O_CLOEXEC) < 0 ? "locked" : "not as expected");
        sleep_on();
    };
}

TEST(ReaderThatLocks, NeitherKeepsADeadHoldersLockNorBlocksCreatingAndRemoving)
{
    if (geteuid() != 0)
        GTEST_SKIP() << "needs root, to be another user";
    Shared segment(0644);
    Placed writer(here, hold(segment.name(), here));
    ASSERT_EQ(writer.line(), "holds");
    EXPECT_EQ(segment.image().info().writer_alive, static_cast<uint32_t>(DAO_ALIVE));
    writer.kill();
    Placed reader(as_nobody, block_as_reader(segment.name()));
    ASSERT_EQ(reader.line(), "locked");
    EXPECT_EQ(segment.image().info().writer_alive, static_cast<uint32_t>(DAO_DEAD));
    Frame frame(size);
    int_fast8_t status = DAO_ERROR;
    int64_t taken_ns = punctual_ns([&] { status = daoShmImage2Shm(frame.data(), size, segment.image()); });
    EXPECT_EQ(status, DAO_SUCCESS) << daoLastErrorMessage();
    EXPECT_LT(taken_ns, second_ns);
    // A writer that begins now gets no lock; as a neighbour it is known all the same.
    Placed second(here, hold(segment.name(), here));
    ASSERT_EQ(second.line(), "holds");
    EXPECT_EQ(segment.image().info().writer_alive, static_cast<uint32_t>(DAO_ALIVE));
    second.kill();
    EXPECT_EQ(segment.image().info().writer_alive, static_cast<uint32_t>(DAO_DEAD));
    Image again;
    taken_ns = punctual_ns([&] { status = again.try_create(segment.name(), {size}, _DATATYPE_UINT32, 2); });
    EXPECT_EQ(status, DAO_SUCCESS) << "reused: " << daoLastErrorMessage();
    EXPECT_LT(taken_ns, second_ns);
    taken_ns = punctual_ns([&] { status = daoShmRemove(segment.name().c_str()); });
    EXPECT_EQ(status, DAO_SUCCESS) << daoLastErrorMessage();
    EXPECT_LT(taken_ns, second_ns);
}

TEST(ReaderThatLocks, DoesNotBlockReplacing)
{
    if (geteuid() != 0)
        GTEST_SKIP() << "needs root, to be another user";
    Shared segment(0644);
    Placed reader(as_nobody, block_as_reader(segment.name()));
    ASSERT_EQ(reader.line(), "locked");
    Image again;
    int_fast8_t status = DAO_ERROR;
    const int64_t taken_ns =
        punctual_ns([&] { status = again.try_create(segment.name(), {size, 2}, _DATATYPE_FLOAT); });
    EXPECT_EQ(status, DAO_SUCCESS) << daoLastErrorMessage();
    EXPECT_LT(taken_ns, second_ns);
}

TEST(Proof, ProcessThatReplacesItselfGivesItsLockUp)
{
    Shared segment;
    Placed writer(here, [&](const auto &say) {
        sigset_t go_on;
        sigemptyset(&go_on);
        sigaddset(&go_on, SIGUSR1);
        sigprocmask(SIG_BLOCK, &go_on, nullptr);
        Image image;
        image.open(segment.name());
        void *slot = nullptr;
        require(daoShmLoanBegin(image, &slot), "begin");
        say("holds");
        int signal = 0;
        sigwait(&go_on, &signal);
        execlp("sleep", "sleep", "60", nullptr);
    });
    ASSERT_EQ(writer.line(), "holds");
    EXPECT_EQ(segment.image().info().writer_alive, static_cast<uint32_t>(DAO_ALIVE));
    writer.signal(SIGUSR1);
    EXPECT_TRUE(eventually([&] { return segment.image().info().frame_broken == 1; }, milliseconds(20000)));
    Frame frame(size);
    EXPECT_EQ(daoShmImage2Shm(frame.data(), size, segment.image()), DAO_SUCCESS) << daoLastErrorMessage();
}

}
