// The adaptive wait and signals.
#include "rhythmic_reader.hpp"

#include <csignal>
#include <gtest/gtest.h>
#include <pthread.h>

namespace
{

using namespace test;

TEST(Adaptive, IsEndedSoonByASignalAlsoWithARhythmOfHalfASecond)
{
    struct sigaction action = {};
    action.sa_handler = [](int) {};
    action.sa_flags = SA_RESTART;
    struct sigaction before;
    sigaction(SIGUSR1, &action, &before);
    RhythmicReader signalled;
    teach(signalled);
    const Lateness lateness;
    const auto begin = Clock::now();
    for (int attempt = 0; attempt < 250; ++attempt) // one that comes between two waits leaves no trace
    {
        pthread_kill(signalled.thread(), SIGUSR1);
        if (signalled.ends_within(milliseconds(20)))
            break;
    }
    const auto [status, taken_ms] = signalled.end(begin);
    EXPECT_EQ(status, DAO_INTERRUPTED);
    EXPECT_LT(taken_ms, soon_ms(lateness));
    sigaction(SIGUSR1, &before, nullptr);
}

}
