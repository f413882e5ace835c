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
