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
    pthread_kill(signalled.thread(), SIGUSR1);
    const auto [status, taken_ms] = signalled.end(begin);
    EXPECT_EQ(status, DAO_INTERRUPTED);
    EXPECT_LT(taken_ms, soon_ms(lateness));
    sigaction(SIGUSR1, &before, nullptr);
}

}
