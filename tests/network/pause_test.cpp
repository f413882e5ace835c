// A subscriber that takes no frames for a while, and beacons of a publisher that nobody else reaches.
#include "camera.hpp"

#include <daoNet.hpp>

namespace
{

using test::comes_true;

struct Line
{
    explicit Line(DAO_NET_MODE mode) : camera(here.text(), {4}, nullptr, 4)
    {
        Dao::PublisherOptions options;
        options.port = -1;
        publisher.emplace(options);
        publisher->publish(here.text(), "wfs");
        const std::string endpoint = publisher->info().endpoint;
        Dao::SubscriberOptions wanted;
        wanted.host = "127.0.0.1";
        wanted.port = std::stoi(endpoint.substr(endpoint.rfind(':') + 1));
        wanted.mode = mode;
        subscriber.emplace(wanted);
    }
    void publish(float value) { camera.set_frame(std::vector<float>(4, value).data()); }

    test::SegmentName here;
    Dao::Shm<float> camera;
    std::optional<Dao::Publisher> publisher;
    std::optional<Dao::Subscriber> subscriber;
};

void pause_and_go_on(DAO_NET_MODE mode, uint64_t last)
{
    Line line(mode);
    line.publish(1);
    auto copy = line.subscriber->copy(test::patience);
    ASSERT_TRUE(copy);
    line.subscriber->pause();
    std::this_thread::sleep_for(std::chrono::milliseconds(200)); // what was under way
    const uint64_t before = copy->get_counter();
    for (uint64_t frame = 2; frame <= last; ++frame)
    {
        line.publish(static_cast<float>(frame));
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    EXPECT_EQ(copy->get_counter(), before);
    EXPECT_EQ(line.subscriber->info().peers, 1u); // still connected
    line.subscriber->pause(false);
    EXPECT_TRUE(comes_true([&] { return line.subscriber->info().source_cnt0 == last; }));
    const DAO_NET_INFO info = line.subscriber->info();
    EXPECT_EQ(info.frames + info.skipped + info.lost, last);
    if (mode == DAO_NET_EVERY)
    {
        EXPECT_EQ(info.lost, last > 5 ? last - 5 : 0u); // the slots have four
    }
    EXPECT_EQ(info.connections, 1u);
}

TEST(NetPause, NewestFrameComesAfterAPause)
{
    pause_and_go_on(DAO_NET_LATEST, 12);
    pause_and_go_on(DAO_NET_LATEST, 2); // the only one, which came in the pause and was dropped
}

TEST(NetPause, FramesThatTheSlotsDoNotHoldAreLostInAPause)
{
    pause_and_go_on(DAO_NET_EVERY, 12);
    pause_and_go_on(DAO_NET_EVERY, 4);
}

TEST(NetPause, WhatIsLostInEachPauseIsCountedAtThePublisherToo)
{
    Line line(DAO_NET_EVERY);
    line.publish(1);
    uint64_t frame = 1;
    for (const uint64_t last : {12u, 24u, 36u})
    {
        EXPECT_TRUE(comes_true([&] { return line.subscriber->info().source_cnt0 == frame; }));
        line.subscriber->pause();
        while (frame < last)
        {
            line.publish(static_cast<float>(++frame));
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        const int64_t now_ns = line.publisher->info().updated_ns;
        EXPECT_TRUE(comes_true([&] { return line.publisher->peers().at(0).last_seen_ns > now_ns; }))
            << "it says what has come";
        line.subscriber->pause(false);
        EXPECT_TRUE(comes_true([&] { return line.subscriber->info().source_cnt0 == last; }));
        EXPECT_EQ(line.subscriber->info().frames + line.subscriber->info().lost, last);
        EXPECT_EQ(line.publisher->info().lost, line.subscriber->info().lost);
    }
}

TEST(NetPause, SubscriberThatIsPausedFromTheStartIsAPeerAndTakesNothing)
{
    for (const uint32_t mode : {DAO_NET_LATEST, DAO_NET_EVERY})
    {
        test::Camera camera;
        const int port = test::Publisher().port();
        const test::Subscriber subscriber(test::SubscriberOptions(port, mode));
        test::require(daoNetPause(subscriber, 1), "pause"); // before there is anybody to connect to
        test::Publisher publisher(port);
        publisher.publish(camera.name.text());
        ASSERT_TRUE(comes_true([&] { return publisher.info().peers == 1; }));
        EXPECT_EQ(publisher.peers().size(), 1u);
        camera.publish();
        std::this_thread::sleep_for(std::chrono::milliseconds(700)); // it has said once more that it is there
        EXPECT_EQ(publisher.info().peers, 1u);
        EXPECT_EQ(publisher.info().frames, 0u);
        test::require(daoNetPause(subscriber, 0), "go on");
        EXPECT_TRUE(subscriber.receives(1));
        EXPECT_EQ(subscriber.info().lost, 0u);
    }
}

TEST(NetPause, APublisherIsNotPaused)
{
    Line line(DAO_NET_LATEST);
    EXPECT_EQ(daoNetPause(line.publisher->handle(), 1), DAO_ERROR);
    EXPECT_EQ(daoNetPause(nullptr, 1), DAO_ERROR);
}

TEST(NetBeacon, ALoopbackPublisherMayBeAskedToAnnounceItselfAndTellsNobody)
{
    Line line(DAO_NET_LATEST);
    line.publisher->announce();
    line.publisher->announce(false);
    EXPECT_EQ(daoNetAnnounce(line.subscriber->handle(), 1), DAO_ERROR);
    uint32_t count = 0;
    EXPECT_EQ(daoNetDiscover(-1, nullptr, 0, &count), DAO_ERROR);
    EXPECT_EQ(daoNetDiscover(0, nullptr, 0, nullptr), DAO_ERROR);
    EXPECT_EQ(daoNetDiscover(0, nullptr, 1, &count), DAO_ERROR);
}

}
