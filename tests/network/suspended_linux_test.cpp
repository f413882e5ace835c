// Ages count the time in which the machine was suspended: the clock of waits stands still meanwhile, the day's does not.
#include "camera.hpp"

#include <atomic>
#include <ctime>
#include <dlfcn.h>

using namespace test;

namespace
{

std::atomic<int64_t> suspended_s{0};

}

// In the place of the C library's: what its clocks say after the machine was suspended.
extern "C" __attribute__((visibility("default"))) int clock_gettime(clockid_t clock, timespec *now) noexcept
{
    static std::atomic<int (*)(clockid_t, timespec *)> found{nullptr};
    auto *real = found.load(std::memory_order_relaxed);
    if (real == nullptr)
    {
        real = reinterpret_cast<int (*)(clockid_t, timespec *)>(::dlsym(RTLD_NEXT, "clock_gettime"));
        found.store(real, std::memory_order_relaxed);
    }
    const int result = real(clock, now);
    if (clock == CLOCK_REALTIME || clock == CLOCK_BOOTTIME)
        now->tv_sec += suspended_s.load(std::memory_order_relaxed);
    return result;
}

TEST(NetSuspended, AgesCountTheTimeInWhichTheMachineWasSuspended)
{
    Camera camera;
    Publisher publisher;
    publisher.publish(camera.name.text());
    Subscriber subscriber(SubscriberOptions(publisher.port()));
    camera.publish();
    ASSERT_TRUE(subscriber.receives(1));
    const int64_t received_ns = subscriber.info().last_frame_ns, sent_ns = publisher.info().last_frame_ns;
    const int64_t peer_ns = publisher.peers().at(0).last_frame_ns;
    constexpr int64_t hour_s = 3600;
    suspended_s = hour_s;
    const DAO_NET_INFO copy = subscriber.info(), source = publisher.info();
    const DAO_NET_PEER peer = publisher.peers().at(0);
    suspended_s = 0;
    constexpr auto second = 1e9;
    EXPECT_NEAR(static_cast<double>(copy.last_frame_ns - received_ns), 0, second);
    EXPECT_NEAR(static_cast<double>(source.last_frame_ns - sent_ns), 0, second);
    EXPECT_NEAR(static_cast<double>(peer.last_frame_ns - peer_ns), 0, second);
    EXPECT_LT(peer.last_seen_ns, source.updated_ns - (hour_s - 60) * 1'000'000'000);
}
