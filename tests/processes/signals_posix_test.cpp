// A signal ends every wait with its own result, also when its handler was installed with SA_RESTART.
#include "frames.hpp"
#include "image.hpp"
#include "role.hpp"
#include "segment_name.hpp"
#include "timing.hpp"
#include "wait_modes.hpp"

#include <atomic>
#include <csignal>
#include <gtest/gtest.h>

namespace
{

using namespace test;

std::atomic<int> signals_handled{0};

void count_signal(int)
{
    ++signals_handled;
}

void count_and_interrupt(int)
{
    ++signals_handled;
    daoShmInterrupt();
}

void handle(int number, void (*handler)(int), int flags)
{
    struct sigaction action = {};
    action.sa_handler = handler;
    action.sa_flags = flags;
    sigaction(number, &action, nullptr);
}

// Waits without a limit in the given mode, and prints what ended the wait.
int play_signalled_waiter(const Arguments &arguments)
{
    Image image;
    image.open(arguments.at(0));
    const WaitMode mode = wait_mode_of(arguments.at(1));
    handle(SIGUSR1, count_signal, std::stoi(arguments.at(2)) != 0 ? SA_RESTART : 0);
    handle(SIGUSR2, count_and_interrupt, SA_RESTART);
    for (int waits = 0; waits < 3; ++waits)
    {
        say("waiting");
        const int_fast8_t status = wait_for_frame(image, mode, 0, -1);
        if (status == DAO_INTERRUPTED && signals_handled <= waits)
            return 4;
        say(std::to_string(status));
    }
    // The mask is as it was, and no frame was counted.
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    for (const int number : {SIGUSR1, SIGUSR2, SIGINT, SIGTERM})
        if (sigismember(&mask, number) != 0)
            return 2;
    return image->fifo_last_read_cnt0 == 0 ? 0 : 3;
}

const Role signalled_waiter("signalled-waiter", play_signalled_waiter);

// Sends the signal until the child prints a line: the first may come before the child waits. Not soon again: the second
// would end its next wait.
std::string signal_until_answer(Child &child, int number)
{
    std::string answer;
    for (int tries = 0; tries < 12 && answer.empty(); ++tries)
    {
        std::this_thread::sleep_for(milliseconds(60));
        ::kill(static_cast<pid_t>(child.pid()), number);
        answer = child.line(milliseconds(5000));
    }
    return answer;
}

class Signals : public testing::TestWithParam<std::tuple<WaitMode, int>>
{
};

TEST_P(Signals, EndAWait)
{
    SegmentName name;
    Image writer;
    writer.create(name.text(), {4}, _DATATYPE_UINT32);
    const auto [mode, restart] = GetParam();
    Child waiter("signalled-waiter", {name.text(), name_of(mode), std::to_string(restart)});
    const std::string interrupted = std::to_string(DAO_INTERRUPTED);
    for (const int number : {SIGUSR1, SIGUSR2})
    {
        ASSERT_EQ(waiter.line(), "waiting");
        EXPECT_EQ(signal_until_answer(waiter, number), interrupted);
    }
    ASSERT_EQ(waiter.line(), "waiting");
    uint32_t data[4] = {};
    require(daoShmImage2Shm(data, 4, writer), "publish");
    EXPECT_EQ(waiter.line(), std::to_string(DAO_SUCCESS));
    EXPECT_EQ(waiter.wait(), 0);
}

INSTANTIATE_TEST_SUITE_P(WaitModes, Signals, testing::Combine(testing::ValuesIn(all_wait_modes), testing::Values(0, 1)),
                         [](const auto &row) {
                             return std::string(name_of(std::get<0>(row.param))) +
                                    (std::get<1>(row.param) ? "WithRestart" : "WithoutRestart");
                         });

// Each of the calls without a time limit, by number.
int play_endless_waiter(const Arguments &arguments)
{
    Image image;
    image.open(arguments.at(0));
    handle(SIGUSR1, count_signal, SA_RESTART);
    say("waiting");
    const int which = std::stoi(arguments.at(1));
    const int_fast8_t status = which == 0   ? daoShmWaitForCounter(image)
                               : which == 1 ? daoShmWaitForTargetCounter(image, 5)
                                            : daoShmWaitForNextSegment(image);
    say(status == DAO_INTERRUPTED && daoLastErrorCode() == DAO_E_INTERRUPTED ? "interrupted" : "ended otherwise");
    return 0;
}

const Role endless_waiter("endless-waiter", play_endless_waiter);

TEST(Signal, EndTheHistoricWaits)
{
    for (int which = 0; which < 3; ++which)
    {
        SegmentName name;
        Image writer;
        writer.create(name.text(), {4}, _DATATYPE_UINT32, 2);
        Child waiter("endless-waiter", {name.text(), std::to_string(which)});
        ASSERT_EQ(waiter.line(), "waiting");
        EXPECT_EQ(signal_until_answer(waiter, SIGUSR1), "interrupted") << which;
        EXPECT_EQ(waiter.wait(), 0);
    }
}

int play_unhandled_waiter(const Arguments &arguments)
{
    Image image;
    image.open(arguments.at(0));
    say("waiting");
    return wait_for_frame(image, wait_mode_of(arguments.at(1)), 0, -1) == DAO_SUCCESS ? 0 : 2;
}

const Role unhandled_waiter("unhandled-waiter", play_unhandled_waiter);

TEST(Signal, WithoutAHandlerEndTheProcess)
{
    SegmentName name;
    Image writer;
    writer.create(name.text(), {4}, _DATATYPE_UINT32);
    for (const WaitMode mode : all_wait_modes)
    {
        Child waiter("unhandled-waiter", {name.text(), name_of(mode)});
        ASSERT_EQ(waiter.line(), "waiting");
        std::this_thread::sleep_for(milliseconds(60));
        ::kill(static_cast<pid_t>(waiter.pid()), SIGTERM);
        const int64_t taken_ns = punctual_ns([&] { EXPECT_EQ(waiter.wait(), -1); });
        EXPECT_LT(taken_ns, 3 * second_ns) << name_of(mode);
    }
}

}
