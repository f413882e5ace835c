// One signal is enough where a wait sleeps shortly time and again, and where it waits for a lock. Where it sleeps for 0.1 s at
// a time, one that comes between two sleeps is missed (docs/decisions/004), as it is where the machine is so busy that the waiter
// is late to go on: then the next one ends it. A signal that the program ignores ends none.
#include "frames.hpp"
#include "harm_posix.hpp"
#include "image.hpp"
#include "role.hpp"
#include "segment_name.hpp"
#include "timing.hpp"
#include "wait_modes.hpp"

#include <atomic>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>
#include <optional>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

namespace
{

using namespace test;

constexpr uint32_t size = 16;

void do_nothing(int) {}

// This process's signal 1 of the user's is handled as long as this lives.
class Handler
{
  public:
    Handler()
    {
        struct sigaction action = {};
        action.sa_handler = do_nothing;
        action.sa_flags = SA_RESTART;
        sigaction(SIGUSR1, &action, &before_);
    }
    Handler(const Handler &) = delete;
    Handler &operator=(const Handler &) = delete;
    ~Handler() { sigaction(SIGUSR1, &before_, nullptr); }

  private:
    struct sigaction before_ = {};
};

bool sleeps(pid_t thread)
{
    std::ifstream stat("/proc/self/task/" + std::to_string(thread) + "/stat");
    std::string text;
    std::getline(stat, text);
    return text.find(") S") != std::string::npos;
}

enum class Times
{
    once,
    each_second
};

// What `wait` returns, when `interrupt` is called as soon as the wait sleeps.
int_fast8_t interrupted(const std::function<int_fast8_t()> &wait, const std::function<void(pthread_t)> &interrupt,
                        Times times = Times::once)
{
    std::atomic<bool> waits{false};
    std::atomic<bool> has_ended{false};
    const auto waiter = static_cast<pid_t>(syscall(SYS_gettid));
    std::thread other([&, thread = pthread_self()] {
        eventually([&] { return waits && sleeps(waiter); }, std::chrono::seconds(20));
        interrupt(thread);
        while (times == Times::each_second && !eventually([&] { return has_ended.load(); }, std::chrono::seconds(1)))
            interrupt(thread);
    });
    waits = true;
    const int_fast8_t status = wait();
    has_ended = true;
    other.join();
    return status;
}

void send_signal(pthread_t thread)
{
    pthread_kill(thread, SIGUSR1);
}

enum class Kind
{
    writable,
    read_only,
    made_by_dao
};

const char *name_of(Kind kind)
{
    return kind == Kind::writable ? "Writable" : kind == Kind::read_only ? "ReadOnly" : "MadeByDao";
}

class SingleSignal : public testing::TestWithParam<std::tuple<Kind, WaitMode>>
{
};

TEST_P(SingleSignal, EndsAWait)
{
    const auto [kind, mode] = GetParam();
    const Handler handler;
    SegmentName name;
    Image maker, image;
    if (kind == Kind::made_by_dao)
        make_again(name.text(), {{size}, _DATATYPE_UINT32, 2, 0, false});
    else
        maker.create(name.text(), {size}, _DATATYPE_UINT32, 2);
    if (kind == Kind::read_only)
        image.open_read_only(name.text());
    else
        image.open(name.text());
    const auto wait = [&] { return wait_for_frame(image, mode, 0, 30 * second_ns); };
    const Times times = kind == Kind::writable ? Times::each_second : Times::once;
    for (int time = 0; time < 40; ++time)
        ASSERT_EQ(interrupted(wait, send_signal, times), DAO_INTERRUPTED) << time;
}

INSTANTIATE_TEST_SUITE_P(Kinds, SingleSignal,
                         testing::Combine(testing::Values(Kind::writable, Kind::read_only, Kind::made_by_dao),
                                          testing::Values(WaitMode::sleeping, WaitMode::adaptive)),
                         [](const auto &row) {
                             return std::string(name_of(std::get<0>(row.param))) + name_of(std::get<1>(row.param));
                         });

// Waits without a limit while signals come that it ignores or blocks, or that do nothing by default; prints what ended the wait.
int play_indifferent_waiter(const Arguments &arguments)
{
    Image image;
    if (arguments.at(2) == "read-only")
        image.open_read_only(arguments.at(0));
    else
        image.open(arguments.at(0));
    for (const int number : {SIGUSR1, SIGPIPE, SIGHUP})
        signal(number, SIG_IGN);
    signal(SIGUSR2, [](int) {}); // its own business once it unblocks it
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR2);
    pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
    say("waiting");
    say(std::to_string(wait_for_frame(image, wait_mode_of(arguments.at(1)), 0, -1)));
    return 0;
}

const Role indifferent_waiter("indifferent-waiter", play_indifferent_waiter);

class IgnoredSignals : public testing::TestWithParam<std::tuple<WaitMode, const char *>>
{
};

TEST_P(IgnoredSignals, EndNoWait)
{
    const auto [mode, access] = GetParam();
    SegmentName name;
    Image writer;
    writer.create(name.text(), {size}, _DATATYPE_UINT32);
    Child waiter("indifferent-waiter", {name.text(), name_of(mode), access});
    ASSERT_EQ(waiter.line(), "waiting");
    const auto pid = static_cast<pid_t>(waiter.pid());
    for (int turn = 0; turn < 5; ++turn)
    {
        std::this_thread::sleep_for(milliseconds(20));
        for (const int number : {SIGUSR1, SIGUSR2, SIGPIPE, SIGHUP, SIGCHLD, SIGURG, SIGWINCH, SIGCONT})
            ::kill(pid, number);
        ::kill(pid, SIGTSTP); // the wait goes on when the process does
        std::this_thread::sleep_for(milliseconds(5));
        ::kill(pid, SIGCONT);
    }
    Frame frame(size);
    require(daoShmImage2Shm(frame.data(), size, writer), "publish");
    EXPECT_EQ(waiter.line(), std::to_string(DAO_SUCCESS));
    EXPECT_EQ(waiter.wait(), 0);
}

INSTANTIATE_TEST_SUITE_P(WaitModes, IgnoredSignals,
                         testing::Combine(testing::Values(WaitMode::sleeping, WaitMode::spinning, WaitMode::adaptive),
                                          testing::Values("writable", "read-only")),
                         [](const auto &row) {
                             return std::string(name_of(std::get<0>(row.param))) +
                                    (std::get<1>(row.param)[0] == 'w' ? "Writable" : "ReadOnly");
                         });

// Waits for locks: of a frame, of a segment that is made again, and of the file itself.
class LockedOut : public testing::Test
{
  protected:
    void SetUp() override
    {
        image_.create(name_.text(), {size}, _DATATYPE_UINT32, 2, 2);
        daoShmSetLockLimit(-1);
    }
    void TearDown() override { daoShmSetLockLimit(5 * second_ns); }

    void lock_frames()
    {
        holder_.emplace("lock-holder", Arguments{name_.text(), "frames"});
        ASSERT_EQ(holder_->line(), "holds");
    }
    // As another creator has it: by the first of the bytes for locks.
    void lock_file()
    {
        file_ = open(name_.c_str(), O_RDWR | O_CLOEXEC);
        struct flock place = {};
        place.l_type = F_WRLCK;
        place.l_whence = SEEK_SET;
        place.l_start = off_t{1} << 62;
        place.l_len = 1;
        ASSERT_EQ(fcntl(file_, F_OFD_SETLK, &place), 0);
    }
    void expect_ends(const std::function<int_fast8_t()> &call)
    {
        for (int time = 0; time < 5; ++time)
            EXPECT_EQ(interrupted(call, send_signal), DAO_INTERRUPTED) << "a signal";
        EXPECT_EQ(interrupted(call, [](pthread_t) { daoShmInterrupt(); }), DAO_INTERRUPTED) << "an interrupt";
        EXPECT_EQ(daoLastErrorCode(), DAO_E_INTERRUPTED);
        EXPECT_EQ(daoShmGetCounter(image_), 0u);
    }
    int_fast8_t make_again(uint32_t elements)
    {
        Image again;
        return again.try_create(name_.text(), {elements}, _DATATYPE_UINT32, 2, 2);
    }

    const Handler handler_;
    SegmentName name_;
    Image image_;
    std::optional<Child> holder_;
    int file_ = -1;
    Frame frame_ = Frame(size);
};

TEST_F(LockedOut, AWriteIsEnded)
{
    lock_frames();
    expect_ends([&] { return daoShmImage2Shm(frame_.data(), size, image_); });
}

TEST_F(LockedOut, AReuseIsEnded)
{
    lock_frames();
    expect_ends([&] { return make_again(size); });
}

TEST_F(LockedOut, AReplacementIsEnded)
{
    lock_file();
    expect_ends([&] { return make_again(size + 1); });
    close(file_);
    EXPECT_EQ(make_again(size + 1), DAO_SUCCESS) << daoLastErrorMessage();
}

TEST_F(LockedOut, ARemovalIsEnded)
{
    lock_file();
    expect_ends([&] { return daoShmRemove(name_.c_str()); });
    close(file_);
    EXPECT_EQ(daoShmRemove(name_.c_str()), DAO_SUCCESS) << daoLastErrorMessage();
}

}
