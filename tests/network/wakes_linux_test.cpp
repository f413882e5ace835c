// What subscribers cost the program that publishes: threads that it wakes, as the system counts them.
#include "camera.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdarg>
#include <dlfcn.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace test;

namespace
{

struct Wakes
{
    uint64_t calls = 0; // of the system
    uint64_t threads = 0;
};

thread_local Wakes *counted = nullptr; // of this thread's calls, while they are counted

}

// In the place of the C library's, through which the library wakes those who wait for frames. Like that one it hands on six
// arguments, however many were given, so that it looks into the caller's frame.
extern "C" __attribute__((visibility("default"), no_sanitize_address)) long syscall(long number, ...) noexcept
{
    static std::atomic<long (*)(long, ...)> found{nullptr}; // no guard, which might wait by this very function
    auto *real = found.load(std::memory_order_relaxed);
    if (real == nullptr)
    {
        real = reinterpret_cast<long (*)(long, ...)>(::dlsym(RTLD_NEXT, "syscall"));
        found.store(real, std::memory_order_relaxed);
    }
    std::array<long, 6> given = {};
    va_list list;
    va_start(list, number);
    for (long &argument : given)
        argument = va_arg(list, long);
    va_end(list);
    const long result = real(number, given[0], given[1], given[2], given[3], given[4], given[5]);
    if (counted != nullptr && number == SYS_futex && (given[1] & FUTEX_CMD_MASK) == FUTEX_WAKE)
    {
        ++counted->calls;
        counted->threads += static_cast<uint64_t>(std::max(result, 0L));
    }
    return result;
}

namespace
{

Wakes wakes_of(Camera &camera)
{
    Wakes wakes;
    counted = &wakes;
    camera.publish();
    counted = nullptr;
    return wakes;
}

}

TEST(NetWakes, FrameCostsItsPublisherOneWakeAtMostWhateverTheNumberOfSubscribers)
{
    for (const size_t count : {1u, 10u, 50u})
    {
        Camera camera;
        Publisher publisher;
        publisher.publish(camera.name.text());
        std::vector<std::unique_ptr<Subscriber>> subscribers;
        for (size_t index = 0; index < count; ++index)
            subscribers.push_back(std::make_unique<Subscriber>(
                SubscriberOptions(publisher.port(), index % 2 == 0 ? DAO_NET_LATEST : DAO_NET_EVERY)));
        uint64_t threads = 0;
        constexpr uint64_t frames = 50;
        for (uint64_t cnt0 = 1; cnt0 <= frames; ++cnt0)
        {
            const Wakes wakes = wakes_of(camera);
            EXPECT_LE(wakes.calls, 1u) << count << " subscribers";
            EXPECT_LE(wakes.threads, 1u) << count << " subscribers";
            threads += wakes.threads;
            for (const auto &subscriber : subscribers)
                ASSERT_TRUE(subscriber->receives(cnt0));
        }
        EXPECT_GT(threads, 0u) << "who publishes the frames waits for them";
    }
}

TEST(NetWakes, AreCountedByTheThread)
{
    Camera camera;
    std::atomic<bool> ends{false};
    std::vector<std::thread> readers;
    for (int index = 0; index < 3; ++index)
        readers.emplace_back([&] {
            Image image;
            image.open(camera.name.text());
            while (!ends)
                (void)daoShmWaitForFrame(image, daoShmGetCounter(image), 10'000'000);
        });
    EXPECT_TRUE(comes_true([&] { return wakes_of(camera).threads == readers.size(); }));
    ends = true;
    for (std::thread &reader : readers)
        reader.join();
}
