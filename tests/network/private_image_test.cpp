// Images without a file are published as segments are.
#include "camera.hpp"

using namespace test;

TEST(NetPrivateImage, IsPublishedToo)
{
    Image image;
    image.create("private", {5}, _DATATYPE_FLOAT, 2, 0, 0);
    Publisher publisher;
    require(daoNetPublishImage(publisher, image, "own"), "publish");
    for (const uint32_t mode : {DAO_NET_LATEST, DAO_NET_EVERY})
    {
        Subscriber subscriber(SubscriberOptions(publisher.port(), mode));
        write(image, frame_of(5, 4.0f));
        Image copy;
        subscriber.open_copy(copy);
        ASSERT_TRUE(comes_true([&] { return newest(copy) == frame_of(5, 4.0f); }));
    }
}

// What a relay does when its source changes shape: frames of both images that come meanwhile are sent, or counted.
TEST(NetPrivateImage, AnotherImageTakesThePlaceOfAPrivateOneThatWasReplaced)
{
    for (const uint32_t mode : {DAO_NET_LATEST, DAO_NET_EVERY})
    {
        Image before, after, third;
        before.create("before", {5}, _DATATYPE_FLOAT, 64, 0, 0);
        Publisher publisher;
        require(daoNetPublishImage(publisher, before, "own"), "publish");
        Subscriber subscriber(SubscriberOptions(publisher.port(), mode));
        write(before, frame_of(5, 1.0f));
        ASSERT_TRUE(subscriber.receives(1));

        after.create("after", {7}, _DATATYPE_FLOAT, 64, 0, 0);
        EXPECT_EQ(daoNetPublishImage(publisher, after, "own"), DAO_ERROR);
        EXPECT_EQ(daoLastErrorCode(), DAO_E_EXISTS);
        for (int count = 2; count <= 20; ++count)
            write(before, frame_of(5, static_cast<float>(count)));
        require(daoShmRetirePrivate(before, 1), "retire");
        for (int count = 1; count <= 20; ++count)
            write(after, frame_of(7, static_cast<float>(count)));
        std::this_thread::sleep_for(200ms); // it is looked for again meanwhile
        require(daoNetPublishImage(publisher, after, "own"), "publish");
        ASSERT_TRUE(subscriber.receives(20));
        write(after, frame_of(7, 21.0f));
        ASSERT_TRUE(subscriber.receives(21));
        require(daoShmRetirePrivate(after, 1), "retire");
        third.create("third", {7}, _DATATYPE_FLOAT, 64, 0, 0);
        require(daoNetPublishImage(publisher, third, "own"), "publish");
        write(third, frame_of(7, 1.0f));
        ASSERT_TRUE(subscriber.receives(1));

        const DAO_NET_INFO info = subscriber.info();
        EXPECT_EQ(info.frames + info.skipped, 42u) << "mode " << mode;
        EXPECT_EQ(info.lost, 0u) << "mode " << mode;
        EXPECT_EQ(info.skipped == 0, mode == DAO_NET_EVERY);
        EXPECT_EQ(info.connections, 1u);
        const DAO_NET_INFO sent = publisher.info();
        EXPECT_EQ(sent.frames, info.frames);
        EXPECT_EQ(sent.skipped, info.skipped);
    }
}

// What a relay does, however late it is.
TEST(NetPrivateImage, CopiesAreOpenedInTurn)
{
    for (const uint32_t mode : {DAO_NET_LATEST, DAO_NET_EVERY})
    {
        Camera camera({1}, 8);
        Publisher publisher;
        publisher.publish(camera.name.text());
        Subscriber subscriber(SubscriberOptions(publisher.port(), mode));
        camera.publish();
        Image first, newest_one;
        ASSERT_EQ(daoNetOpenNextCopy(subscriber, first.taken(), patience_ns), DAO_SUCCESS) << daoLastErrorMessage();
        EXPECT_EQ(daoNetOpenNextCopy(subscriber, newest_one.taken(), 0), DAO_TIMEOUT) << "there is no other";
        for (uint32_t elements = 2; elements <= 6; ++elements)
        {
            camera.make_again({elements});
            camera.publish();
            ASSERT_TRUE(comes_true([&] { return subscriber.info().copies == elements; }));
        }
        subscriber.open_copy(newest_one);
        EXPECT_EQ(newest_one->md->nelement, 6u) << "who looks at it gets the newest";
        for (uint32_t elements = 2; elements <= 6; ++elements)
        {
            Image next;
            ASSERT_EQ(daoNetOpenNextCopy(subscriber, next.taken(), patience_ns), DAO_SUCCESS);
            ASSERT_EQ(next->md->nelement, elements);
            EXPECT_EQ(daoShmGetCounter(next), 1u);
        }
        Image none;
        EXPECT_EQ(daoNetOpenNextCopy(subscriber, none.taken(), 0), DAO_TIMEOUT);
    }
}

TEST(NetPrivateImage, FramesOfCopiesThatAreNotOpenedInTimeCount)
{
    Camera camera({1}, 8);
    Publisher publisher;
    publisher.publish(camera.name.text());
    Subscriber subscriber(SubscriberOptions(publisher.port(), DAO_NET_EVERY));
    camera.publish();
    Image first;
    ASSERT_EQ(daoNetOpenNextCopy(subscriber, first.taken(), patience_ns), DAO_SUCCESS);
    constexpr uint32_t last = 80;
    for (uint32_t elements = 2; elements <= last; ++elements)
    {
        camera.make_again({elements});
        camera.publish();
        ASSERT_TRUE(comes_true([&] { return subscriber.info().copies == elements; }));
    }
    uint64_t frames = 1, missed = 0, elements = 1;
    while (elements < last)
    {
        Image next;
        ASSERT_EQ(daoNetOpenNextCopy(subscriber, next.taken(), 0), DAO_SUCCESS);
        DAO_NET_ORIGIN origin = DAO_NET_ORIGIN_INIT;
        ASSERT_EQ(daoNetGetOrigin(next, nullptr, &origin), DAO_SUCCESS);
        missed += origin.missed;
        ++frames;
        elements = next->md->nelement;
    }
    EXPECT_EQ(frames + missed, last);
    EXPECT_GT(missed, 0u);
    EXPECT_GT(frames, 32u);
}

TEST(NetPrivateImage, CopiesThatAreFilesAreNotOpenedInTurn)
{
    SegmentName there;
    Publisher publisher;
    Subscriber subscriber(SubscriberOptions(publisher.port()).into(there));
    Image image;
    EXPECT_EQ(daoNetOpenNextCopy(subscriber, image.taken(), 0), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_ARGUMENT);
    EXPECT_EQ(daoNetOpenNextCopy(publisher, image.taken(), 0), DAO_ERROR);
}

TEST(NetPrivateImage, ThatHasEndedForGoodKeepsItsTopic)
{
    Image image, other;
    image.create("ended", {5}, _DATATYPE_FLOAT, 2, 0, 0);
    other.create("other", {5}, _DATATYPE_FLOAT, 2, 0, 0);
    Publisher publisher;
    require(daoNetPublishImage(publisher, image, "own"), "publish");
    require(daoShmRetirePrivate(image, 0), "retire");
    EXPECT_EQ(daoNetPublishImage(publisher, other, "own"), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_EXISTS);
}

TEST(NetPrivateImage, EachFrameComesAgainAfterAPause)
{
    Image image;
    image.create("private", {5}, _DATATYPE_FLOAT, 64, 0, 0);
    Publisher publisher;
    require(daoNetPublishImage(publisher, image, "own"), "publish");
    Subscriber subscriber(SubscriberOptions(publisher.port(), DAO_NET_EVERY));
    write(image, frame_of(5, 1.0f));
    ASSERT_TRUE(subscriber.receives(1));
    require(daoNetPause(subscriber, 1), "pause");
    for (int count = 2; count <= 50; ++count)
        write(image, frame_of(5, 1.0f));
    ASSERT_TRUE(comes_true([&] { return publisher.info().frames > 1; })); // and dropped
    require(daoNetPause(subscriber, 0), "pause");
    ASSERT_TRUE(subscriber.receives(50));
    EXPECT_EQ(subscriber.info().frames, 50u);
    EXPECT_EQ(subscriber.info().lost, 0u);
}
