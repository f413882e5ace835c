// Where frames came from first, through however many networks, and that they do not go round.
#include "camera.hpp"

#include "../processes/dao_bytes.hpp"

using namespace test;

TEST(NetOrigin, IsKnownToOtherProcessesAndEndsWithALocalFrame)
{
    Camera camera;
    SegmentName there;
    for (int frame = 0; frame < 5; ++frame)
        camera.publish();
    Publisher publisher;
    publisher.publish(camera.name.text());
    Subscriber subscriber(SubscriberOptions(publisher.port()).into(there));
    Image copy;
    subscriber.open_copy(copy);
    Image other;
    other.open(there.text());
    DAO_NET_ORIGIN origin = DAO_NET_ORIGIN_INIT;
    ASSERT_EQ(daoNetGetOrigin(other, nullptr, &origin), DAO_SUCCESS);
    EXPECT_EQ(origin.cnt0, 5u);
    EXPECT_EQ(origin.hops, 1u);
    EXPECT_EQ(origin.segment, camera.image.info().segment_id);
    EXPECT_EQ(daoNetGetOrigin(camera.image, nullptr, &origin), DAO_NOTREADY);
    const uint32_t depth = other.info().depth;
    for (uint32_t frame = 0; frame < 2 * depth; ++frame) // in each slot, over the marks
    {
        write(other, frame_of(24, 9.0f));
        EXPECT_EQ(daoNetGetOrigin(other, nullptr, &origin), DAO_NOTREADY);
    }
}

// A relay's own counter has no gap where frames did not reach it.
TEST(NetOrigin, GapsOfAnyNetworkOnTheWayAreGapsOfTheOriginsCounter)
{
    Camera camera;
    Publisher publisher;
    publisher.publish(camera.name.text());
    SegmentName between_name;
    Subscriber between(SubscriberOptions(publisher.port()).into(between_name));
    camera.publish();
    ASSERT_TRUE(between.receives(1));
    Publisher relay;
    relay.publish(between_name.text());
    Subscriber subscriber(SubscriberOptions(relay.port(), DAO_NET_EVERY));
    Image copy;
    subscriber.open_copy(copy);
    require(daoNetPause(between, 1), "pause");
    for (int frame = 2; frame <= 9; ++frame)
        camera.publish();
    ASSERT_TRUE(comes_true([&] { return publisher.peers().at(0).in_flight == 0; }));
    require(daoNetPause(between, 0), "pause");
    ASSERT_TRUE(comes_true([&] { return newest(copy) == frame_of(24, 9.0f); }));
    DAO_NET_ORIGIN origin = DAO_NET_ORIGIN_INIT;
    ASSERT_EQ(daoNetGetOrigin(copy, nullptr, &origin), DAO_SUCCESS);
    EXPECT_EQ(origin.cnt0, 9u);
    EXPECT_EQ(origin.hops, 2u);
    EXPECT_EQ(origin.segment, camera.image.info().segment_id);
    EXPECT_LT(subscriber.info().source_cnt0, 9u); // the relay's
}

// What is missing behind a relay is known there: `lost` and `skipped` of the own link, and the rest beside it.
TEST(NetOrigin, FramesThatNeverCameToTheRelayAreCountedBehindIt)
{
    for (const uint32_t mode : {DAO_NET_LATEST, DAO_NET_EVERY})
    {
        Camera camera({4, 6}, 2);
        Publisher publisher;
        publisher.publish(camera.name.text(), "wfs");
        Subscriber between(SubscriberOptions(publisher.port(), mode));
        camera.publish();
        Image copy;
        between.open_copy(copy);
        Publisher relay;
        require(daoNetPublishImage(relay, copy, "wfs"), "publish");
        Subscriber subscriber(SubscriberOptions(relay.port(), mode));
        ASSERT_TRUE(subscriber.receives(1));
        uint64_t published = 1;
        for (int pause = 0; pause < 2; ++pause)
        {
            require(daoNetPause(between, 1), "pause");
            const uint64_t sent = publisher.info().frames;
            for (int frame = 0; frame < 8; ++frame, ++published)
                camera.publish();
            ASSERT_TRUE(comes_true([&] { // and dropped, or not sent any more
                return mode == DAO_NET_LATEST ? publisher.peers().at(0).in_flight == 0 : publisher.info().frames > sent;
            }));
            require(daoNetPause(between, 0), "pause");
            ASSERT_TRUE(between.receives(published));
            ASSERT_TRUE(subscriber.receives(between.info().cnt0));
        }
        const DAO_NET_INFO found = subscriber.info();
        EXPECT_EQ(found.frames + found.lost + found.skipped + found.missed_before, published) << "mode " << mode;
        EXPECT_EQ(found.missed_before, between.info().lost + between.info().skipped) << "mode " << mode;
        EXPECT_GT(found.missed_before, 0u);
        EXPECT_EQ(found.lost, relay.peers().at(0).lost);
        EXPECT_EQ(found.skipped, relay.peers().at(0).skipped);
        EXPECT_EQ(between.info().missed_before, 0u);
        Subscriber later(SubscriberOptions(relay.port(), mode));
        ASSERT_TRUE(later.receives(between.info().cnt0));
        EXPECT_EQ(later.info().missed_before, 0u) << "it was not there";
        EXPECT_EQ(later.info().lost + later.info().skipped, 0u);
    }
}

// Made anew, with frames that no relay saw: the first one that came tells.
TEST(NetOrigin, FramesOfLivesThatNeverCameToTheRelayAreCountedBehindIt)
{
    Camera camera({4, 6}, 4);
    Publisher publisher;
    publisher.publish(camera.name.text(), "wfs");
    SubscriberOptions to_camera(publisher.port(), DAO_NET_EVERY);
    to_camera.depth = 64; // none is overwritten before it is passed on
    Subscriber between(to_camera);
    camera.publish();
    Image copy;
    between.open_copy(copy);
    Publisher relay;
    require(daoNetPublishImage(relay, copy, "wfs"), "publish");
    Subscriber subscriber(SubscriberOptions(relay.port(), DAO_NET_EVERY));
    ASSERT_TRUE(subscriber.receives(1));
    require(daoNetPause(between, 1), "pause");
    for (int frame = 0; frame < 20; ++frame)
        camera.publish();
    ASSERT_TRUE(comes_true([&] { return publisher.info().frames > 1; })); // and dropped
    uint32_t count = 0;
    DAO_NET_OFFER offer = DAO_NET_OFFER_INIT;
    require(daoNetGetOffers(publisher, &offer, 1, &count), "offers");
    ASSERT_EQ(offer.cnt0, 21u) << "the publisher has seen the end of the first life";
    camera.make_again({4, 6});
    for (int frame = 0; frame < 20; ++frame)
        camera.publish();
    require(daoNetPause(between, 0), "pause");
    ASSERT_TRUE(between.receives(20));
    ASSERT_TRUE(subscriber.receives(between.info().cnt0));
    const DAO_NET_INFO found = subscriber.info();
    EXPECT_EQ(found.lost, 0u);
    EXPECT_EQ(found.missed_before, between.info().lost);
    EXPECT_EQ(found.frames + found.missed_before, 41u);
}

namespace
{

// Two machines, each of which publishes what the other one copies.
void expect_no_echo(const std::string &here_name, const std::string &there_name)
{
    Image here, there;
    here.open(here_name);
    there.open(there_name);
    Publisher from_here, from_there;
    from_here.publish(here_name, "wfs");
    from_there.publish(there_name, "wfs");
    SubscriberOptions to_there(from_here.port()), to_here(from_there.port());
    to_there.name = there_name.c_str();
    to_here.name = here_name.c_str();
    Subscriber there_subscribes(to_there), here_subscribes(to_here);
    ASSERT_TRUE(there_subscribes.reaches(DAO_NET_WAITING) && here_subscribes.reaches(DAO_NET_WAITING));
    write(here, frame_of(24, 1.0f));
    ASSERT_TRUE(comes_true([&] { return newest(there) == frame_of(24, 1.0f); }));
    ASSERT_TRUE(comes_true([&] { return here_subscribes.info().echoes == 1; }));
    write(there, frame_of(24, 2.0f));
    ASSERT_TRUE(comes_true([&] { return newest(here) == frame_of(24, 2.0f); }));
    ASSERT_TRUE(comes_true([&] { return there_subscribes.info().echoes == 1; }));
    std::this_thread::sleep_for(200ms);
    EXPECT_EQ(daoShmGetCounter(here), 2u);
    EXPECT_EQ(daoShmGetCounter(there), 2u);
}

}

TEST(NetOrigin, TwoMachinesThatPublishAndSubscribeTheSameNameDoNotEcho)
{
    Camera here, there;
    expect_no_echo(here.name.text(), there.name.text());
}

TEST(NetOrigin, SegmentsMadeByDaoDoNotEchoEither)
{
    SegmentName here, there;
    for (const SegmentName *name : {&here, &there})
        write_file(name->text(), make_bytes({{4, 6}, _DATATYPE_FLOAT, 4}, name->text()));
    expect_no_echo(here.text(), there.text());
}
