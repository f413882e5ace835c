// How long does a frame take to a reader that sleeps, beside a bare futex, a POSIX semaphore and Boost.Interprocess?
#include "ping_pong.hpp"

using namespace bench;

namespace
{
Samples semaphore_ping_pong(int count)
{
    struct Channels
    {
        SemaphoreChannel there, back;
    };
    SharedMemory<Channels> channels;
    return ping_pong(count, 1, [&](bool first) -> Side {
        auto *in = first ? &channels->back : &channels->there;
        auto *out = first ? &channels->there : &channels->back;
        auto frame = std::make_shared<std::vector<float>>(small_elements);
        return {[=] { out->publish(frame->data()); }, [=] { in->wait(); }};
    });
}

Samples boost_ping_pong(int count)
{
    BoostChannel there("there"), back("back");
    return ping_pong(count, 1, [&](bool first) -> Side {
        auto *in = first ? &back : &there;
        auto *out = first ? &there : &back;
        auto frame = std::make_shared<std::vector<float>>(small_elements);
        auto seen = std::make_shared<uint64_t>(0);
        return {[=] { out->publish(frame->data()); }, [=] { *seen = in->wait(*seen); }};
    });
}
} // namespace

int main(int argc, char **argv)
{
    return run(argc, argv, [](const Settings &settings) {
        const int count = settings.scaled(3000, 50);
        const auto limit = std::chrono::seconds(10);
        const WaitFor any = [=](Dao::Shm<float> &shm, uint64_t seen) { return shm.wait_for_frame(seen, limit); };
        const WaitFor numbered = [=](Dao::Shm<float> &shm, uint64_t) { return shm.wait_for_semaphore(0, limit); };
        const auto wake = [](std::atomic<uint32_t> &word) { futex_wake(word, 1); };
        const auto figures =
            interleave(settings, {[&] { return segment_ping_pong(settings, count, 1, small_elements, any); },
                                  [&] { return segment_ping_pong(settings, count, 1, small_elements, numbered); },
                                  [&] { return line_ping_pong(count, 1, wake, futex_wait); },
                                  [&] { return semaphore_ping_pong(count); }, [&] { return boost_ping_pong(count); }});
        Report report(settings, "one way between two processes, asleep, 10x10 float");
        const double bare = figures[2].median;
        report.compare("daoShm, any reader", figures[0], "ns", bare, 1.1 * bare, "<= 1.1 x bare futex");
        report.compare("daoShm, semaphore", figures[1], "ns", bare, 1.1 * bare, "<= 1.1 x bare futex");
        report.show("bare futex", figures[2]);
        report.show("POSIX semaphore + memcpy", figures[3]);
        report.show("Boost.Interprocess mutex + condition", figures[4]);
        report.print();
    });
}
