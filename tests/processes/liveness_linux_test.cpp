// Who lives: a lock is taken from a dead holder at once, from wherever it and the one who waits are, and never from a
// living one. Where neither can be proven, that is said.
#include "extension.hpp"
#include "holders_linux.hpp"
#include "timing.hpp"

#include <csignal>
#include <fstream>
#include <optional>
#include <sched.h>
#include <sys/syscall.h>
#include <thread>

namespace
{

using namespace test;

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
        (void)daoShmSetLockLimit(1500 * millisecond_ns); // a dead holder is known within a second
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
    EXPECT_EQ(message.find("not known"), std::string::npos) << message;
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

// As between two reads of the token when two writers took turns meanwhile: what stands there is the other's.
TEST(Liveness, WriterIsNotToldByTheFieldsOfAnother)
{
    SegmentName name;
    Image image;
    image.create(name.text(), {size}, _DATATYPE_UINT32, 2, 1);
    Placed writer(here, hold(name.text(), here));
    ASSERT_EQ(writer.line(), "holds");
    dao::format::ProcessRecord &record = extension_of(image).writer;
    ASSERT_EQ(record.pid, static_cast<uint32_t>(writer.pid()));
    record.pid = static_cast<uint32_t>(getppid());
    std::strcpy(record.name, "another");
    EXPECT_STREQ(image.info().writer_name, "");
    EXPECT_EQ(image.info().writer_alive, static_cast<uint32_t>(DAO_ALIVE));
    Frame frame(size);
    const int64_t former_ns = daoShmSetLockLimit(10 * millisecond_ns);
    ASSERT_EQ(daoShmImage2Shm(frame.data(), size, image), DAO_ERROR);
    daoShmSetLockLimit(former_ns);
    const std::string message = daoLastErrorMessage();
    EXPECT_NE(message.find("process " + std::to_string(writer.pid()) + " (" + program_name()), std::string::npos)
        << message;
}

// The main thread ends; the one that holds the lock goes on.
Action hold_beside_main_thread(const std::string &name, const Place &place)
{
    return [&name, &place](const auto &say) {
        std::thread([&name, &place, say] { hold(name, place)(say); }).detach();
        syscall(SYS_exit, 0); // of this thread
    };
}

bool has_ended_main_thread(pid_t pid)
{
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string text;
    std::getline(stat, text);
    return text.find(") Z") != std::string::npos;
}

TEST(Liveness, WriterWhoseMainThreadEndedIsAlive)
{
    for (const bool has_descriptors : {true, false})
    {
        SCOPED_TRACE(has_descriptors ? "with proof" : "without");
        Shared segment;
        const std::string &name = segment.name();
        Placed writer(here, hold_beside_main_thread(name, has_descriptors ? here : without_descriptors));
        ASSERT_EQ(writer.line(), "holds");
        ASSERT_TRUE(eventually([&] { return has_ended_main_thread(writer.pid()); }, milliseconds(2000)));
        EXPECT_EQ(segment.image().info().writer_alive, static_cast<uint32_t>(DAO_ALIVE));
        EXPECT_EQ(segment.image().info().frame_broken, 0u);
        writer.kill();
        EXPECT_EQ(segment.image().info().writer_alive, static_cast<uint32_t>(DAO_DEAD));
    }
}

// Who asks has one descriptor left: it can list the threads of the other, and look at none of them.
TEST(Liveness, WriterWhoseMainThreadEndedIsNotCalledDeadByWhoCannotLook)
{
    Shared segment;
    const std::string &name = segment.name();
    Placed writer(here, hold_beside_main_thread(name, without_descriptors));
    ASSERT_EQ(writer.line(), "holds");
    ASSERT_TRUE(eventually([&] { return has_ended_main_thread(writer.pid()); }, milliseconds(2000)));
    rlimit usual{};
    ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &usual), 0);
    const int free_descriptor = dup(STDERR_FILENO);
    close(free_descriptor);
    const rlimit one_left{static_cast<rlim_t>(free_descriptor) + 1, usual.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &one_left), 0);
    const DAO_SEGMENT_INFO info = segment.image().info();
    Frame frame(size);
    const int64_t former_ns = daoShmSetLockLimit(100 * millisecond_ns);
    const int_fast8_t status = daoShmImage2Shm(frame.data(), size, segment.image());
    daoShmSetLockLimit(former_ns);
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &usual), 0);
    EXPECT_EQ(info.writer_alive, static_cast<uint32_t>(DAO_UNKNOWN));
    EXPECT_EQ(status, DAO_ERROR) << "it would have robbed a living writer";
    EXPECT_EQ(segment.image().info().takeovers, 0u);
    EXPECT_EQ(segment.image().info().writer_alive, static_cast<uint32_t>(DAO_ALIVE));
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
    EXPECT_NE(message.find("not known to be alive or dead"), std::string::npos) << message;
    EXPECT_NE(message.find("daoshm unlock"), std::string::npos) << message;
    ASSERT_EQ(daoShmUnlock(segment.image(), 0), DAO_SUCCESS) << daoLastErrorMessage();
    EXPECT_EQ(segment.image().info().writing, 0u);
    EXPECT_EQ(segment.image().info().takeovers, 1u);
    ASSERT_EQ(daoShmImage2Shm(frame.data(), size, segment.image()), DAO_SUCCESS) << daoLastErrorMessage();
    require(daoShmReadNewest(segment.image(), read.data(), size, nullptr, nullptr), "read");
    EXPECT_TRUE(is_frame(read, 1));
}

// Publishes a frame in a pid namespace of its own, and lives on, with its handle or without.
class WriterInAContainer : public testing::Test
{
  protected:
    void SetUp() override
    {
        if (geteuid() != 0)
            GTEST_SKIP() << "only root can make a pid namespace";
    }
    bool publishes(bool closes)
    {
        writer_.emplace(container, [this, closes](const auto &say) {
            Image image;
            image.open(segment_.name());
            Frame frame(size);
            require(daoShmImage2Shm(frame.data(), size, image), "publish");
            if (closes)
                require(daoShmCloseShm(image), "close");
            say("written");
            sleep_on();
        });
        return writer_->is_possible();
    }
    uint32_t liveness() { return segment_.image().info().writer_alive; }

    Shared segment_;
    std::optional<Placed> writer_;
};

// A proof is given back with the last handle. Whose process id means nothing here may live on without it.
TEST_F(WriterInAContainer, ThatClosedIsNotCalledDead)
{
    if (!publishes(true))
        GTEST_SKIP() << "no pid namespaces here";
    ASSERT_EQ(writer_->line(), "written");
    EXPECT_EQ(liveness(), static_cast<uint32_t>(DAO_UNKNOWN));
    Frame frame(size);
    EXPECT_EQ(daoShmImage2Shm(frame.data(), size, segment_.image()), DAO_SUCCESS) << "nothing is locked";
}

TEST_F(WriterInAContainer, ThatWasKilledIsDead)
{
    if (!publishes(false))
        GTEST_SKIP() << "no pid namespaces here";
    ASSERT_EQ(writer_->line(), "written");
    EXPECT_EQ(liveness(), static_cast<uint32_t>(DAO_ALIVE));
    writer_->kill();
    EXPECT_EQ(liveness(), static_cast<uint32_t>(DAO_DEAD)) << "between two frames";
}

}
