// Signals that the program handles, while it asks a publisher.
#include "camera.hpp"

#include <csignal>
#include <sys/time.h>

using namespace test;

namespace
{

// One each 0.5 ms, with a handler that does nothing.
class Signals
{
  public:
    Signals()
    {
        struct sigaction action = {};
        action.sa_handler = [](int) {};
        action.sa_flags = SA_RESTART;
        ::sigaction(SIGALRM, &action, &before_);
        set(500);
    }
    ~Signals()
    {
        set(0);
        ::sigaction(SIGALRM, &before_, nullptr);
    }

  private:
    static void set(suseconds_t interval_us)
    {
        const itimerval timer{{0, interval_us}, {0, interval_us}};
        ::setitimer(ITIMER_REAL, &timer, nullptr);
    }
    struct sigaction before_ = {};
};

}

// Wherever in the call they come.
TEST(NetSignals, InterruptAQuestionAndAreNoError)
{
    Publisher publisher;
    const SubscriberOptions options(publisher.port());
    const Signals signals;
    int interrupted = 0;
    const auto end = std::chrono::steady_clock::now() + 3s;
    while (interrupted < 300 && std::chrono::steady_clock::now() < end)
    {
        uint32_t count = 0;
        const int status = daoNetQueryOffers(&options, patience_ns, nullptr, 0, &count);
        ASSERT_TRUE(status == DAO_SUCCESS || status == DAO_INTERRUPTED) << status << ": " << daoLastErrorMessage();
        interrupted += status == DAO_INTERRUPTED ? 1 : 0;
    }
    EXPECT_GT(interrupted, 0);
}
