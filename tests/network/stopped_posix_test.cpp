// Processes that are stopped or gone without a word, and what the other side makes of it.
#include "camera.hpp"
#include "proxy_posix.hpp"

#include "../processes/role.hpp"

#include <csignal>

using namespace test;

namespace
{

// Subscribes to what the port offers first, into that file, until it is ended; says what it has when it is asked.
const Role subscribe_role("subscribe", [](const Arguments &arguments) {
    SubscriberOptions options(std::stoi(arguments.at(1)));
    options.name = arguments.at(0).c_str();
    Subscriber subscriber(options);
    if (!comes_true([&] { return subscriber.info().frames > 0; }))
        return 1;
    say("ready");
    std::this_thread::sleep_for(10min);
    return 0;
});

uint64_t counter_of(const SegmentName &name)
{
    Image image;
    image.open(name.text());
    return daoShmGetCounter(image);
}

// What the subscriber of that file says of itself.
DAO_NET_INFO shown(const SegmentName &name)
{
    DAO_NET_INFO info = DAO_NET_INFO_INIT;
    return daoNetFind(name.c_str(), &info) == DAO_SUCCESS ? info : DAO_NET_INFO DAO_NET_INFO_INIT;
}

// A subscriber in a process of its own is stopped for so long while frames are published; then all is as if it had been slow.
void stop_subscriber_for(std::chrono::seconds time, Publisher &publisher, Camera &camera, bool is_forgotten)
{
    SegmentName there;
    Child child("subscribe", {there.text(), std::to_string(publisher.port())});
    ASSERT_EQ(child.line(patience), "ready");
    ::kill(static_cast<pid_t>(child.pid()), SIGSTOP);
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end)
    {
        camera.publish();
        std::this_thread::sleep_for(20ms);
    }
    EXPECT_EQ(publisher.peers().size(), 1u); // the other one, when this one is forgotten
    for (const DAO_NET_PEER &peer : publisher.peers())
        EXPECT_LE(peer.in_flight, 2u);
    ::kill(static_cast<pid_t>(child.pid()), SIGCONT);
    const uint64_t last = daoShmGetCounter(camera.image);
    ASSERT_TRUE(comes_true([&] { return shown(there).source_cnt0 == last; })) << shown(there).message;
    camera.publish();
    ASSERT_TRUE(comes_true([&] { return shown(there).source_cnt0 == last + 1; })) << shown(there).message;
    const DAO_NET_INFO info = shown(there);
    EXPECT_EQ(info.frames, counter_of(there));
    EXPECT_EQ(info.frames + info.skipped + info.lost, last + 1)
        << info.frames << ", " << info.skipped << ", " << info.lost;
    EXPECT_EQ(info.connections, is_forgotten ? 2u : 1u);
}

}

TEST(NetStopped, SubscriberThatIsStoppedForASecondHasSkippedFrames)
{
    Camera camera;
    Publisher publisher;
    publisher.publish(camera.name.text());
    camera.publish();
    stop_subscriber_for(1s, publisher, camera, false);
}

// Longer than every time limit: the publisher has forgotten it, and it comes as a new one.
TEST(NetStopped, SubscriberThatIsStoppedForAMinuteConnectsAnew)
{
    Camera camera;
    Publisher publisher;
    publisher.publish(camera.name.text());
    Subscriber other(SubscriberOptions(publisher.port()));
    camera.publish();
    ASSERT_TRUE(other.receives(1));
    stop_subscriber_for(60s, publisher, camera, true);
    EXPECT_TRUE(other.receives(daoShmGetCounter(camera.image))); // meanwhile as ever
}
