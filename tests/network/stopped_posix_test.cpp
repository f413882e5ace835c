// Processes that are stopped or gone without a word, and what the other side makes of it.
#include "camera.hpp"
#include "proxy_posix.hpp"

#include "../processes/role.hpp"

#include <csignal>
#include <sys/wait.h>

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

// What the publisher in that process says of itself.
DAO_NET_INFO publisher_of(uint32_t pid)
{
    std::vector<DAO_NET_INFO> infos(100, DAO_NET_INFO DAO_NET_INFO_INIT);
    uint32_t count = 0;
    require(daoNetList(infos.data(), 100, &count), "list");
    const auto found =
        std::find_if(infos.begin(), infos.begin() + count, [&](const auto &info) { return info.pid == pid; });
    return found != infos.begin() + count ? *found : DAO_NET_INFO DAO_NET_INFO_INIT;
}

// It does nothing more when this returns.
void stop(const Child &child)
{
    const auto pid = static_cast<id_t>(child.pid());
    siginfo_t info = {};
    ASSERT_EQ(::kill(static_cast<pid_t>(pid), SIGSTOP), 0);
    ASSERT_EQ(::waitid(P_PID, pid, &info, WSTOPPED | WNOWAIT), 0);
}

// A subscriber in a process of its own is stopped for so long while frames are published; then all is as if it had been slow.
void stop_subscriber_for(std::chrono::seconds time, Publisher &publisher, Camera &camera, uint64_t most_connections)
{
    SegmentName there;
    Child child("subscribe", {there.text(), std::to_string(publisher.port())});
    ASSERT_EQ(child.line(patience), "ready");
    stop(child);
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
    EXPECT_LE(info.connections, most_connections);
}

}

// Of a camera that starts again while the publisher is stopped, so that the first frames are overwritten before they are sent.
TEST(NetStopped, FramesLostAtTheBeginOfANewLifeAreCountedAtBothEnds)
{
    for (const Shape &shape : {Shape{4}, Shape{5}}) // in place, and as another segment
    {
        Camera camera({4}, 4);
        const int port = Publisher().port();
        Child child("publish", {camera.name.text(), std::to_string(port)});
        ASSERT_EQ(child.line(patience), "ready");
        const auto pid = static_cast<uint32_t>(child.pid());
        SubscriberOptions options(port, DAO_NET_EVERY);
        options.depth = 32; // for all
        Subscriber subscriber(options);
        camera.publish();
        ASSERT_TRUE(subscriber.receives(1));
        stop(child);
        camera.make_again(shape);
        for (int count = 0; count < 20; ++count)
            camera.publish();
        ::kill(static_cast<pid_t>(pid), SIGCONT);
        ASSERT_TRUE(subscriber.receives(20));
        camera.publish();
        ASSERT_TRUE(subscriber.receives(21));
        const DAO_NET_INFO info = subscriber.info();
        EXPECT_GE(info.lost, 16u);
        EXPECT_EQ(info.frames + info.lost, 22u) << info.frames << " frames";
        EXPECT_TRUE(comes_true([&] { // at the publisher's: it says so each half second
            return publisher_of(pid).lost == info.lost;
        })) << publisher_of(pid).lost;
        Image copy;
        subscriber.open_copy(copy);
        uint64_t missed = 0; // as a recorder finds them, which sees no more than the copy
        DAO_FRAME frame = DAO_FRAME_INIT;
        require(daoShmRewind(copy), "rewind");
        DAO_NEXT_OPTIONS how = DAO_NEXT_OPTIONS_INIT;
        how.order = DAO_NEXT_IN_ORDER;
        how.timeout_ns = 0;
        std::vector<float> data(5);
        while (daoShmNext(copy, &how, data.data(), copy->md->nelement, &frame, nullptr) == DAO_SUCCESS)
        {
            DAO_NET_ORIGIN origin = DAO_NET_ORIGIN_INIT;
            require(daoNetGetOrigin(copy, &frame, &origin), "origin");
            missed = std::max(missed, origin.missed);
        }
        EXPECT_EQ(missed, info.lost);
    }
}

// The same by a new connection, of which the one before has been sent some of the new life, or nothing.
TEST(NetStopped, NewLifeThatBeganInAPauseIsGoneOverFromItsBeginning)
{
    for (const int frames : {1, 10, 100})
    {
        Camera camera({4}, 4);
        Publisher publisher;
        publisher.publish(camera.name.text());
        Subscriber subscriber(SubscriberOptions(publisher.port(), DAO_NET_EVERY));
        camera.publish();
        ASSERT_TRUE(subscriber.receives(1));
        require(daoNetPause(subscriber, 1), "pause");
        camera.publish();
        ASSERT_TRUE(comes_true([&] { return publisher.info().frames == 2; })); // and dropped, as a rule
        camera.make_again({5});
        for (int count = 0; count < frames; ++count)
            camera.publish();
        require(daoNetPause(subscriber, 0), "pause");
        const auto last = static_cast<uint64_t>(frames);
        ASSERT_TRUE(subscriber.receives(last));
        camera.publish();
        // The counters of the two lives are alike: what tells them apart is how many came.
        DAO_NET_INFO info;
        ASSERT_TRUE(comes_true([&] {
            info = subscriber.info();
            return info.source_cnt0 == last + 1 && info.frames + info.lost >= last + 2;
        })) << info.frames
            << " frames of " << frames;
        // What was sent in the pause may be taken only after it, and then is not dropped.
        EXPECT_LE(info.frames + info.lost, last + 3) << info.frames << " frames of " << frames;
        EXPECT_TRUE(comes_true([&] { return publisher.peers().at(0).lost == subscriber.info().lost; })) << frames;
    }
}

TEST(NetStopped, SubscriberThatIsStoppedForASecondHasSkippedFrames)
{
    Camera camera;
    Publisher publisher;
    publisher.publish(camera.name.text());
    camera.publish();
    stop_subscriber_for(1s, publisher, camera, 1);
}

// Longer than every time limit: the publisher has forgotten it, and hears it as a new one. The system
// has answered for it meanwhile, so that its connection is still there; it may take the silence for a dead one all the same.
TEST(NetStopped, SubscriberThatIsStoppedForAMinuteHasSkippedFramesToo)
{
    Camera camera;
    Publisher publisher;
    publisher.publish(camera.name.text());
    Subscriber other(SubscriberOptions(publisher.port()));
    camera.publish();
    ASSERT_TRUE(other.receives(1));
    stop_subscriber_for(60s, publisher, camera, 2);
    EXPECT_TRUE(other.receives(daoShmGetCounter(camera.image))); // meanwhile as ever
}
