// A segment that is made anew while a subscriber hears nothing: what it misses of each of the lives is counted at both ends.
#include "camera.hpp"
#include "proxy_posix.hpp"

using namespace test;

namespace
{

struct Link
{
    explicit Link(uint32_t mode) : proxy((publisher.publish(camera.name.text(), "wfs"), publisher.port()))
    {
        SubscriberOptions options(proxy.port(), mode);
        options.depth = 32;
        subscriber = std::make_unique<Subscriber>(options);
        publish(1);
        EXPECT_TRUE(subscriber->receives(1));
        publish(2);
        EXPECT_TRUE(subscriber->receives(3));
    }
    // Frames that are taken note of, as whoever asks what is offered takes note of them.
    void publish(int count)
    {
        for (int frame = 0; frame < count; ++frame)
            camera.publish();
        published += static_cast<uint64_t>(count);
        EXPECT_TRUE(comes_true([&] { return offered().cnt0 == daoShmGetCounter(camera.image); }));
    }
    DAO_NET_OFFER offered()
    {
        DAO_NET_OFFER offer = DAO_NET_OFFER_INIT;
        uint32_t count = 0;
        require(daoNetGetOffers(publisher, &offer, 1, &count), "offers");
        return offer;
    }
    void make_again(uint32_t columns)
    {
        camera.make_again({columns});
        EXPECT_TRUE(comes_true([&] { return offered().shape[0] == columns; })); // there is no frame to tell them apart
    }
    void make_again_twice()
    {
        make_again(3);
        publish(10);
        make_again(4);
        publish(12);
    }
    void expect_all_to_be_accounted_for()
    {
        ASSERT_TRUE(subscriber->receives(12)) << subscriber->info().message;
        const DAO_NET_INFO info = subscriber->info();
        EXPECT_EQ(info.frames + info.skipped + info.lost, published)
            << info.frames << " frames, " << info.skipped << " skipped, " << info.lost << " lost";
        ASSERT_EQ(publisher.peers().size(), 1u);
        EXPECT_EQ(publisher.peers()[0].lost, info.lost);
        EXPECT_EQ(publisher.peers()[0].skipped, info.skipped);
    }

    Camera camera{{2}, 2};
    Publisher publisher;
    Proxy proxy;
    std::unique_ptr<Subscriber> subscriber;
    uint64_t published = 0;
};

}

TEST(NetLivesMissed, AreCountedWhenAConnectionWasBrokenMeanwhile)
{
    for (const uint32_t mode : {DAO_NET_LATEST, DAO_NET_EVERY})
    {
        Link link(mode);
        link.proxy.set_refusing(true);
        link.proxy.reset_all();
        ASSERT_TRUE(comes_true([&] { return link.publisher.peers().empty(); }));
        link.publish(5);
        link.make_again_twice();
        link.proxy.set_refusing(false);
        link.expect_all_to_be_accounted_for();
    }
}

TEST(NetLivesMissed, AreCountedWhenTheSubscriberIsSlow)
{
    for (const uint32_t mode : {DAO_NET_LATEST, DAO_NET_EVERY})
    {
        Link link(mode);
        link.proxy.allow(0); // some frames stay under way
        link.publish(5);
        link.make_again_twice();
        link.proxy.allow(-1);
        link.expect_all_to_be_accounted_for();
    }
}
