// Who lives: a lock is taken from a dead holder at once, from wherever it and the one who waits are, and never from a
// living one. Where neither can be proven, that is said.
#include "frames.hpp"
#include "places_linux.hpp"
#include "timing.hpp"

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <gtest/gtest.h>
#include <sched.h>
#include <spawn.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

extern char **environ;

namespace
{

using namespace test;

constexpr uint32_t size = 100;

// No further descriptor can be opened.
void exhaust_descriptors()
{
    const int first_free = dup(STDERR_FILENO);
    close(first_free);
    const rlimit limit{static_cast<rlim_t>(first_free), static_cast<rlim_t>(first_free)};
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || dup(STDERR_FILENO) >= 0)
        throw std::runtime_error("cannot exhaust the descriptors");
}

// A segment that everybody may write.
class Shared
{
  public:
    explicit Shared(uint32_t mode = 0666)
    {
        DAO_CREATE_OPTIONS options = DAO_CREATE_OPTIONS_INIT;
        options.file_mode = mode;
        options.depth = 2;
        const uint32_t axes[] = {size};
        require(daoShmImageCreateWith(image_.taken(), name_.c_str(), 1, axes, _DATATYPE_UINT32, &options), "create");
        chmod(name_.folder().c_str(), 0755);
    }

    const std::string &name() const { return name_.text(); }
    Image &image() { return image_; }

  private:
    SegmentName name_;
    Image image_;
};

[[noreturn]] void sleep_on()
{
    for (;;)
        pause();
}

// Holds the writer lock, half a frame written, until it is killed.
Action hold(const std::string &name, const Place &place)
{
    return [&name, &place](const auto &say) {
        Image image;
        image.open(name);
        if (&place == &without_descriptors)
            exhaust_descriptors();
        void *slot = nullptr;
        require(daoShmLoanBegin(image, &slot), "begin");
        std::memset(slot, 0xff, 4);
        say("holds");
        sleep_on();
    };
}

// Publishes and says what came of it: code, milliseconds, message.
Action publish_once(const std::string &name, const Place &place)
{
    return [&name, &place](const auto &say) {
        Image image;
        image.open(name);
        Frame frame(size);
        fill(frame, 1);
        if (&place == &without_descriptors)
            exhaust_descriptors();
        int_fast8_t status = DAO_ERROR;
        const int64_t taken_ns = punctual_ns([&] { status = daoShmImage2Shm(frame.data(), size, image); });
        say(std::to_string(status == DAO_SUCCESS ? 0 : daoLastErrorCode()) + " " +
            std::to_string(taken_ns / millisecond_ns) + " " + (status == DAO_SUCCESS ? "" : daoLastErrorMessage()));
    };
}

struct Outcome
{
    int code = -1;
    int64_t taken_ms = 0;
    std::string message;
};

Outcome outcome_of(const std::string &line)
{
    Outcome outcome;
    int used = 0;
    long taken_ms = 0;
    if (std::sscanf(line.c_str(), "%d %ld %n", &outcome.code, &taken_ms, &used) >= 2)
        outcome.message = line.substr(static_cast<size_t>(used));
    outcome.taken_ms = taken_ms;
    return outcome;
}

const Place *const places[] = {&here,         &container,   &container_with_outer_proc,
                               &without_proc, &hidden_proc, &as_nobody,
                               &in_chroot,    &other_time,  &without_descriptors};

class FromEverywhere : public testing::TestWithParam<const Place *>
{
  protected:
    // A holder in the test's place and a waiter in each: the lock's holder is dead, or lives, when they try.
    void SetUp() override
    {
        if (geteuid() != 0)
            GTEST_SKIP() << "only root can make these places";
    }

    struct Pair
    {
        Shared segment;
        std::unique_ptr<Placed> holder, waiter;
    };

    std::vector<std::unique_ptr<Pair>> make_holders()
    {
        std::vector<std::unique_ptr<Pair>> pairs;
        for (size_t count = 0; count < std::size(places); ++count)
        {
            auto pair = std::make_unique<Pair>();
            pair->holder = std::make_unique<Placed>(*GetParam(), hold(pair->segment.name(), *GetParam()));
            if (!pair->holder->is_possible())
                return {};
            EXPECT_EQ(pair->holder->line(), "holds");
            pairs.push_back(std::move(pair));
        }
        return pairs;
    }
};

TEST_P(FromEverywhere, DeadHolderIsTakenOverWithinASecond)
{
    // Without a descriptor there is no proof: then only its own namespace can tell.
    const bool has_proof = GetParam() != &without_descriptors;
    const auto pairs = make_holders();
    if (pairs.empty())
        GTEST_SKIP() << "this machine does not allow it";
    for (size_t index = 0; index < std::size(places); ++index)
    {
        const Place &place = *places[index];
        Pair &pair = *pairs[index];
        SCOPED_TRACE(place.name);
        pair.holder->kill();
        const bool can_tell = has_proof || (place.namespaces & CLONE_NEWPID) == 0;
        if (!can_tell)
            continue; // waits in vain: WhatCannotBeTold
        Placed waiter(place, publish_once(pair.segment.name(), place));
        if (!waiter.is_possible())
            continue;
        const Outcome outcome = outcome_of(waiter.line());
        EXPECT_EQ(outcome.code, 0) << outcome.message;
        EXPECT_LT(outcome.taken_ms, 1000);
        EXPECT_EQ(pair.segment.image().info().takeovers, 1u);
    }
}

TEST_P(FromEverywhere, LivingHolderIsNeverRobbed)
{
    const auto pairs = make_holders();
    if (pairs.empty())
        GTEST_SKIP() << "this machine does not allow it";
    for (size_t index = 0; index < std::size(places); ++index)
        pairs[index]->waiter =
            std::make_unique<Placed>(*places[index], publish_once(pairs[index]->segment.name(), *places[index]));
    for (size_t index = 0; index < std::size(places); ++index)
    {
        Pair &pair = *pairs[index];
        SCOPED_TRACE(places[index]->name);
        if (!pair.waiter->is_possible())
            continue;
        const Outcome outcome = outcome_of(pair.waiter->line());
        EXPECT_EQ(outcome.code, DAO_E_BUSY) << outcome.message;
        EXPECT_EQ(pair.segment.image().info().takeovers, 0u);
        EXPECT_EQ(pair.segment.image().info().writing, 1u);
    }
}

std::string name_of_place(const testing::TestParamInfo<const Place *> &info)
{
    std::string name;
    for (const char *at = info.param->name; *at != 0; ++at)
        if (std::isalnum(static_cast<unsigned char>(*at)))
            name += *at;
    return name;
}

INSTANTIATE_TEST_SUITE_P(Holders, FromEverywhere, testing::ValuesIn(places), name_of_place);

// How the system calls the processes of this test: in an emulator, by its name.
std::string program_name()
{
    std::string name;
    std::getline(std::ifstream("/proc/self/comm"), name);
    return name;
}

TEST(Liveness, WriterInAContainerIsShownAsAlive)
{
    Shared segment;
    Placed writer(container, hold(segment.name(), container));
    if (!writer.is_possible())
        GTEST_SKIP() << "this machine does not allow it";
    ASSERT_EQ(writer.line(), "holds");
    DAO_SEGMENT_INFO info = segment.image().info();
    EXPECT_EQ(info.writer_alive, static_cast<uint32_t>(DAO_ALIVE));
    EXPECT_EQ(info.writer_pid, 1u) << "as it is called there";
    EXPECT_NE(std::string(info.writer_name), "");
    EXPECT_EQ(info.frame_broken, 0u);
    writer.kill();
    info = segment.image().info();
    EXPECT_EQ(info.writer_alive, static_cast<uint32_t>(DAO_DEAD));
    EXPECT_EQ(info.frame_broken, 1u);
}

TEST(Liveness, WriterInAContainerIsNamedToThoseWhoWait)
{
    Shared segment;
    Placed writer(container, hold(segment.name(), container));
    if (!writer.is_possible())
        GTEST_SKIP() << "this machine does not allow it";
    ASSERT_EQ(writer.line(), "holds");
    Frame frame(size);
    ASSERT_EQ(daoShmImage2Shm(frame.data(), size, segment.image()), DAO_ERROR);
    const std::string message = daoLastErrorMessage();
    EXPECT_NE(message.find("process 1 (" + program_name()), std::string::npos) << message;
    EXPECT_NE(message.find("in another pid namespace"), std::string::npos) << message;
    EXPECT_EQ(message.find("cannot be told"), std::string::npos) << message;
}

TEST(Liveness, StoppedWriterIsAliveAndSaidToBeStopped)
{
    Shared segment;
    Placed writer(here, hold(segment.name(), here));
    ASSERT_EQ(writer.line(), "holds");
    writer.signal(SIGSTOP);
    ASSERT_TRUE(eventually([&] { return segment.image().info().writer_alive == DAO_ALIVE; }, milliseconds(1000)));
    Frame frame(size);
    ASSERT_EQ(daoShmImage2Shm(frame.data(), size, segment.image()), DAO_ERROR);
    const std::string message = daoLastErrorMessage();
    EXPECT_EQ(daoLastErrorCode(), DAO_E_BUSY);
    EXPECT_NE(message.find("stopped"), std::string::npos) << message;
    EXPECT_NE(message.find("process " + std::to_string(writer.pid()) + " (" + program_name()), std::string::npos)
        << message;
}

// The main thread ends; the one that holds the lock goes on.
TEST(Liveness, WriterWhoseMainThreadEndedIsAlive)
{
    for (const bool has_descriptors : {true, false})
    {
        SCOPED_TRACE(has_descriptors ? "with proof" : "without");
        Shared segment;
        const std::string &name = segment.name();
        Placed writer(here, [&](const auto &say) {
            std::thread([&name, has_descriptors, say] {
                hold(name, has_descriptors ? here : without_descriptors)(say);
            }).detach();
            syscall(SYS_exit, 0); // of this thread
        });
        ASSERT_EQ(writer.line(), "holds");
        ASSERT_TRUE(eventually(
            [&] {
                std::ifstream stat("/proc/" + std::to_string(writer.pid()) + "/stat");
                std::string text;
                std::getline(stat, text);
                return text.find(") Z") != std::string::npos;
            },
            milliseconds(2000)));
        EXPECT_EQ(segment.image().info().writer_alive, static_cast<uint32_t>(DAO_ALIVE));
        EXPECT_EQ(segment.image().info().frame_broken, 0u);
        writer.kill();
        EXPECT_EQ(segment.image().info().writer_alive, static_cast<uint32_t>(DAO_DEAD));
    }
}

// Daemons do that late, and so does whoever wants to give a child nothing.
TEST(Liveness, WriterThatClosedItsDescriptorsIsAlive)
{
    Shared segment;
    const std::string &name = segment.name();
    Placed writer(here, [&name](const auto &say) {
        Image image;
        image.open(name);
        Frame frame(size);
        fill(frame, 1);
        require(daoShmImage2Shm(frame.data(), size, image), "publish");
        for (int descriptor = 3; descriptor < 1000; ++descriptor)
        {
            char path[64], target[4096] = "";
            std::snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
            if (readlink(path, target, sizeof target - 1) > 0 && target == name)
                close(descriptor);
        }
        void *slot = nullptr;
        require(daoShmLoanBegin(image, &slot), "begin");
        std::memset(slot, 0xff, 4);
        say("holds");
        sleep_on();
    });
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

TEST(Liveness, WhatCannotBeToldIsSaidAndUnlockedByHandOnly)
{
    Shared segment;
    Placed writer(container, [&](const auto &say) { hold(segment.name(), without_descriptors)(say); });
    if (!writer.is_possible())
        GTEST_SKIP() << "this machine does not allow it";
    ASSERT_EQ(writer.line(), "holds");
    EXPECT_EQ(segment.image().info().writer_alive, static_cast<uint32_t>(DAO_UNKNOWN));
    writer.kill();
    const DAO_SEGMENT_INFO info = segment.image().info();
    EXPECT_EQ(info.writer_alive, static_cast<uint32_t>(DAO_UNKNOWN));
    EXPECT_EQ(info.frame_broken, 0u);
    Frame frame(size), read(size);
    fill(frame, 1);
    ASSERT_EQ(daoShmImage2Shm(frame.data(), size, segment.image()), DAO_ERROR);
    const std::string message = daoLastErrorMessage();
    EXPECT_EQ(daoLastErrorCode(), DAO_E_BUSY);
    EXPECT_NE(message.find("cannot be told whether it lives"), std::string::npos) << message;
    EXPECT_NE(message.find("daoshm unlock"), std::string::npos) << message;
    ASSERT_EQ(daoShmUnlock(segment.image(), 0), DAO_SUCCESS) << daoLastErrorMessage();
    EXPECT_EQ(segment.image().info().writing, 0u);
    EXPECT_EQ(segment.image().info().takeovers, 1u);
    ASSERT_EQ(daoShmImage2Shm(frame.data(), size, segment.image()), DAO_SUCCESS) << daoLastErrorMessage();
    require(daoShmReadNewest(segment.image(), read.data(), size, nullptr, nullptr), "read");
    EXPECT_TRUE(is_frame(read, 1));
}

TEST(Liveness, WriterThatLostItsLockGivesItsFrameUpAndLeavesTheOthersAlone)
{
    Shared segment;
    void *slot = nullptr;
    require(daoShmLoanBegin(segment.image(), &slot), "begin");
    Placed other(here, [&](const auto &say) {
        Image image;
        image.open(segment.name());
        const int_fast8_t refused = daoShmUnlock(image, 0);
        say(std::to_string(refused) + " " + std::to_string(daoLastErrorCode()));
        say(std::to_string(daoShmUnlock(image, 1)));
        require(daoShmLoanBegin(image, &slot), "begin");
        say("holds");
        sleep_on();
    });
    ASSERT_EQ(other.line(), "1 " + std::to_string(DAO_E_BUSY)) << "the holder lives";
    ASSERT_EQ(other.line(), "0") << "by force";
    ASSERT_EQ(other.line(), "holds");
    EXPECT_EQ(daoShmLoanCommit(segment.image()), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_STATE);
    EXPECT_NE(std::string(daoLastErrorMessage()).find(std::to_string(other.pid())), std::string::npos)
        << daoLastErrorMessage();
    const DAO_SEGMENT_INFO info = segment.image().info();
    EXPECT_EQ(info.writing, 1u) << "the other's lock";
    EXPECT_EQ(info.writer_pid, static_cast<uint32_t>(other.pid()));
    EXPECT_EQ(daoShmGetCounter(segment.image()), 0u);
    EXPECT_EQ(daoShmUnlock(segment.image(), 0), DAO_ERROR);
    EXPECT_EQ(segment.image().info().writing, 1u);
    other.kill();
    EXPECT_EQ(daoShmUnlock(segment.image(), 0), DAO_SUCCESS);
    EXPECT_EQ(daoShmUnlock(segment.image(), 0), DAO_SUCCESS) << "nothing is locked";
    EXPECT_EQ(segment.image().info().writing, 0u);
}

// A child of the holder goes on when the holder is killed: the lock is not its.
class ChildOfTheHolder : public testing::TestWithParam<const char *>
{
};

TEST_P(ChildOfTheHolder, DoesNotKeepTheLock)
{
    Shared segment;
    const std::string how = GetParam();
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

INSTANTIATE_TEST_SUITE_P(Started, ChildOfTheHolder, testing::Values("fork", "spawn"),
                         [](const auto &row) { return std::string(row.param); });

TEST(Liveness, ForkedChildHasAProofOfItsOwn)
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

TEST(Liveness, HandlesOfAProcessShareADescriptorUntilTheLastIsClosed)
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
        EXPECT_EQ(open_descriptors(), opened + 1);
        require(daoShmCloseShm(first), "close");
        require(daoShmImage2Shm(frame.data(), size, third), "publish");
        EXPECT_EQ(segment.image().info().writer_alive, static_cast<uint32_t>(DAO_ALIVE));
    }
    EXPECT_EQ(open_descriptors(), before);
    EXPECT_EQ(segment.image().info().writer_alive, static_cast<uint32_t>(DAO_ALIVE)) << "it only closed the segment";
}

TEST(Liveness, NoStandardDescriptorIsTaken)
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

TEST(Liveness, ReadersAreJudgedAlike)
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

TEST(Liveness, ProcessThatReplacesItselfGivesItsLockUp)
{
    Shared segment;
    Placed writer(here, [&](const auto &say) {
        Image image;
        image.open(segment.name());
        void *slot = nullptr;
        require(daoShmLoanBegin(image, &slot), "begin");
        say("holds");
        usleep(100000);
        execlp("sleep", "sleep", "60", nullptr);
    });
    ASSERT_EQ(writer.line(), "holds");
    EXPECT_EQ(segment.image().info().writer_alive, static_cast<uint32_t>(DAO_ALIVE));
    EXPECT_TRUE(eventually([&] { return segment.image().info().frame_broken == 1; }, milliseconds(5000)));
    Frame frame(size);
    EXPECT_EQ(daoShmImage2Shm(frame.data(), size, segment.image()), DAO_SUCCESS) << daoLastErrorMessage();
}

}
