// A counter that goes back where no segment was made: programs of the field set cnt0 by hand.
#include "camera.hpp"

#include <atomic>

using namespace test;

namespace
{

void set_counters(Camera &camera, uint64_t cnt0)
{
    DAO_SEGMENT_INFO info = DAO_SEGMENT_INFO_INIT;
    require(daoShmGetInfo(camera.image, &info), "information");
    for (uint32_t slot = 0; slot < info.depth; ++slot)
        std::atomic_ref<uint64_t>(camera.image->md[slot].cnt0).store(cnt0);
}

class NetSetBack : public testing::TestWithParam<uint32_t>
{
};

}

TEST_P(NetSetBack, CopyGoesOnAndLosesNothing)
{
    Camera camera({4, 6}, 64);
    Publisher publisher;
    publisher.publish(camera.name.text());
    Subscriber subscriber(SubscriberOptions(publisher.port(), GetParam()));
    for (uint64_t count = 1; count <= 50; ++count)
    {
        camera.publish();
        ASSERT_TRUE(subscriber.receives(count));
    }
    for (int round = 0; round < 2; ++round)
    {
        set_counters(camera, 0);
        for (uint64_t count = 1; count <= 10; ++count)
        {
            camera.publish();
            ASSERT_TRUE(subscriber.receives(count)) << "round " << round << ", frame " << count;
        }
    }
    Image copy;
    subscriber.open_copy(copy);
    EXPECT_EQ(newest(copy), frame_of(24, 10.0f));
    const DAO_NET_INFO info = subscriber.info();
    EXPECT_EQ(info.frames, 70u);
    EXPECT_EQ(info.lost, 0u);
    EXPECT_EQ(info.skipped, 0u);
    EXPECT_EQ(publisher.info().lost, 0u);
    EXPECT_EQ(publisher.info().skipped, 0u);
}

// What the new connection has is of the life before, although its counter is in reach.
TEST_P(NetSetBack, CopyGoesOnAfterAPauseInWhichItWasSetBack)
{
    Camera camera({4, 6}, 64);
    Publisher publisher;
    publisher.publish(camera.name.text());
    Subscriber subscriber(SubscriberOptions(publisher.port(), GetParam()));
    for (uint64_t count = 1; count <= 30; ++count)
    {
        camera.publish();
        ASSERT_TRUE(subscriber.receives(count));
    }
    require(daoNetPause(subscriber, 1), "pause");
    set_counters(camera, 0);
    for (int count = 0; count < 12; ++count)
        camera.publish();
    require(daoNetPause(subscriber, 0), "pause");
    ASSERT_TRUE(subscriber.receives(12));
    if (GetParam() == DAO_NET_EVERY)
    {
        EXPECT_EQ(subscriber.info().frames + subscriber.info().lost, 42u);
    }
}

// What the subscriber has of the segment is more than the new publisher has seen.
TEST_P(NetSetBack, CopyGoesOnWhereNoPublisherSawIt)
{
    Camera camera({4, 6}, 64);
    auto publisher = std::make_unique<Publisher>();
    const int port = publisher->port();
    publisher->publish(camera.name.text());
    Subscriber subscriber(SubscriberOptions(port, GetParam()));
    for (uint64_t count = 1; count <= 50; ++count)
    {
        camera.publish();
        ASSERT_TRUE(subscriber.receives(count));
    }
    publisher.reset();
    set_counters(camera, 0);
    for (int count = 0; count < 10; ++count)
        camera.publish();
    publisher = std::make_unique<Publisher>(port);
    publisher->publish(camera.name.text());
    ASSERT_TRUE(subscriber.receives(10));
    for (uint64_t count = 11; count <= 20; ++count)
    {
        camera.publish();
        ASSERT_TRUE(subscriber.receives(count));
    }
    Image copy;
    subscriber.open_copy(copy);
    EXPECT_EQ(newest(copy), frame_of(24, 20.0f));
    EXPECT_EQ(subscriber.info().lost, 0u);
    EXPECT_EQ(subscriber.info().connections, 2u);
}

INSTANTIATE_TEST_SUITE_P(Modes, NetSetBack, testing::Values(DAO_NET_LATEST, DAO_NET_EVERY),
                         [](const auto &mode) { return mode.param == DAO_NET_EVERY ? "Every" : "Latest"; });
