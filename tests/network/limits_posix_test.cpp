// What a subscriber does not take: frames that are larger than it was told, and bytes that are no messages.
#include "camera.hpp"
#include "proxy_posix.hpp"

using namespace test;

namespace
{

constexpr uint32_t failed = DAO_NET_FAILED, live = DAO_NET_LIVE, connecting = DAO_NET_CONNECTING;

bool says(const Subscriber &subscriber, const char *text)
{
    return std::strstr(subscriber.info().message, text) != nullptr;
}

SubscriberOptions limited(int port, uint64_t bytes)
{
    SubscriberOptions options(port);
    options.max_frame_bytes = bytes;
    return options;
}

// ZeroMQ ends a connection by which such bytes come, and makes no other one.
void expect_to_connect_again(Publisher &publisher, Camera &camera, SubscriberOptions options, std::string_view bytes)
{
    Proxy proxy(publisher.port());
    options.port = proxy.port();
    Subscriber subscriber(options);
    camera.publish();
    ASSERT_TRUE(subscriber.receives(daoShmGetCounter(camera.image)));
    proxy.inject(bytes);
    ASSERT_TRUE(comes_true([&] { return subscriber.info().connections == 2; })) << subscriber.info().message;
    EXPECT_EQ(subscriber.info().bad_messages, 1u);
    EXPECT_TRUE(subscriber.reaches(live)) << "the newest frame is there";
    camera.publish();
    EXPECT_TRUE(subscriber.receives(daoShmGetCounter(camera.image)));
    EXPECT_STREQ(subscriber.info().message, "");
}

}

TEST(NetLimits, FramesLargerThanToldAreCountedAndSmallerOnesArrive)
{
    Camera camera({300});
    Publisher publisher;
    publisher.publish(camera.name.text());
    Subscriber subscriber(limited(publisher.port(), 1000));
    camera.publish();
    ASSERT_TRUE(comes_true([&] { return subscriber.info().bad_messages == 1; }));
    EXPECT_TRUE(subscriber.reaches(failed));
    EXPECT_TRUE(says(subscriber, "1200 bytes; expected at most 1000")) << subscriber.info().message;
    EXPECT_EQ(subscriber.info().frames, 0u);
    camera.make_again({250}); // as many as it may have
    camera.publish(2.0f);
    Image copy;
    subscriber.open_copy(copy);
    EXPECT_EQ(newest(copy), frame_of(250, 2.0f));
    EXPECT_EQ(subscriber.info().state, live);
    EXPECT_EQ(subscriber.info().connections, 1u);
}

// Those are not even received: ZeroMQ ends the connection before it takes memory for them.
TEST(NetLimits, FramesFarLargerThanToldAreSaidToBeWhyThereAreNone)
{
    constexpr uint32_t limit = 17u << 20;
    Camera camera({limit / 4 + 1});
    auto publisher = std::make_unique<Publisher>();
    publisher->publish(camera.name.text());
    Subscriber subscriber(limited(publisher->port(), limit));
    camera.publish();
    ASSERT_TRUE(subscriber.reaches(failed)) << subscriber.info().message;
    EXPECT_TRUE(says(subscriber, "more than 17825792 bytes")) << subscriber.info().message;
    for (const uint64_t before = subscriber.info().connections; subscriber.info().connections < before + 2;)
    {
        EXPECT_EQ(subscriber.info().state, failed) << "also while it connects again";
        std::this_thread::sleep_for(5ms);
    }
    camera.make_again({limit / 4});
    camera.publish();
    ASSERT_TRUE(comes_true([&] { return subscriber.info().frames == 1; }));
    EXPECT_EQ(subscriber.info().state, live);
    EXPECT_STREQ(subscriber.info().message, "");
    publisher.reset();
    EXPECT_TRUE(subscriber.reaches(connecting));
    EXPECT_TRUE(says(subscriber, "the connection ended")) << subscriber.info().message;
}

TEST(NetLimits, PublisherOfFramesTooLargeMayEnd)
{
    Camera camera({(17u << 20) / 4});
    auto publisher = std::make_unique<Publisher>();
    publisher->publish(camera.name.text());
    Subscriber subscriber(limited(publisher->port(), 16u << 20));
    camera.publish();
    ASSERT_TRUE(subscriber.reaches(failed));
    publisher.reset();
    EXPECT_TRUE(subscriber.reaches(connecting)) << subscriber.info().message;
}

TEST(NetLimits, SubscriberConnectsAgainAfterAMessageOverItsLimit)
{
    Camera camera;
    Publisher publisher;
    publisher.publish(camera.name.text());
    const std::string_view largest("\x02\xff\xff\xff\xff\xff\xff\xff\xff", 9); // of 2^64 - 1 bytes
    expect_to_connect_again(publisher, camera, SubscriberOptions(0), largest);
}

TEST(NetLimits, SubscriberConnectsAgainAfterAMessageThatIsNone)
{
    if (daoNetHasEncryption() == 0)
        GTEST_SKIP() << "this libzmq cannot encrypt";
    Camera camera;
    const SegmentName folder;
    const std::string keys = (folder.folder() / "server").string(), public_key = keys + ".pub";
    require(daoNetMakeKeys(keys.c_str()), "keys");
    Publisher publisher(-1, keys.c_str());
    publisher.publish(camera.name.text());
    SubscriberOptions options(0);
    options.server_key = public_key.c_str();
    const std::string_view unencrypted("\0\5hello", 7);
    expect_to_connect_again(publisher, camera, options, unencrypted);
}
