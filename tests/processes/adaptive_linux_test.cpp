// The adaptive wait wants punctual timers, and leaves the thread's setting as it was.
#include "rhythmic_reader.hpp"

#include <fstream>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace
{

using namespace test;

// The timer slack of any thread of this process.
int64_t timer_slack_ns(long thread)
{
    int64_t slack_ns = -1;
    std::ifstream("/proc/" + std::to_string(thread) + "/timerslack_ns") >> slack_ns;
    return slack_ns;
}

TEST(Adaptive, SleepsWithPunctualTimersAndGivesTheThreadItsOwnSettingBack)
{
    constexpr int own_slack_ns = 123'456;
    SegmentName name;
    Image writer, reader;
    writer.create(name.text(), {8}, _DATATYPE_UINT32, 2);
    reader.open(name.text());
    std::atomic<long> thread{0};
    std::atomic<bool> kept{true};
    std::jthread waiting([&](const std::stop_token &stop) {
        prctl(PR_SET_TIMERSLACK, own_slack_ns);
        thread = syscall(SYS_gettid);
        for (uint64_t seen = 0; !stop.stop_requested(); seen = daoShmGetCounter(reader))
        {
            (void)daoShmWaitForFrameAdaptive(reader, seen, second_ns);
            kept = kept && prctl(PR_GET_TIMERSLACK) == own_slack_ns;
        }
    });
    Frame frame(8);
    bool was_punctual = false;
    auto next = Clock::now();
    // On a busy machine it takes until the frames come regularly for a while: without a rhythm there is no such sleep.
    for (int number = 0; number < 200 || (!was_punctual && number < 8000); ++number)
    {
        std::this_thread::sleep_until(next += milliseconds(5));
        was_punctual = was_punctual || (thread != 0 && timer_slack_ns(thread) == 1);
        require(daoShmImage2Shm(frame.data(), 8, writer), "publish");
        std::this_thread::sleep_for(milliseconds(1));
        was_punctual = was_punctual || timer_slack_ns(thread) == 1;
    }
    waiting.request_stop();
    waiting.join();
    EXPECT_TRUE(kept);
    if (timer_slack_ns(syscall(SYS_gettid)) < 0)
        GTEST_SKIP() << "no timer slack to be seen in /proc";
    EXPECT_TRUE(was_punctual);
}

}
