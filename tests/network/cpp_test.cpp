// Dao::Publisher and Dao::Subscriber.
#include "net.hpp"

#include <daoNet.hpp>

TEST(NetCpp, FrameGoesFromShmToShm)
{
    test::SegmentName here, there;
    Dao::Shm<float> camera(here.text(), {3, 2});
    Dao::PublisherOptions publisher_options;
    publisher_options.port = -1;
    Dao::Publisher publisher(publisher_options);
    publisher.publish(here.text(), "wfs");
    const std::string endpoint = publisher.info().endpoint;

    Dao::SubscriberOptions options;
    options.host = "127.0.0.1";
    options.port = std::stoi(endpoint.substr(endpoint.rfind(':') + 1));
    options.topic = "wfs";
    options.name = there.text();
    options.mode = DAO_NET_EVERY;
    Dao::Subscriber subscriber(options);
    EXPECT_FALSE(subscriber.copy(std::chrono::nanoseconds(0)));
    const std::vector<float> frame = {1, 2, 3, 4, 5, 6};
    camera.set_frame(frame.data());
    Dao::Shm<float> copy(*subscriber.copy(test::patience));
    EXPECT_EQ(std::vector<float>(copy.get_frame(), copy.get_frame() + 6), frame);
    EXPECT_EQ(copy.get_shape(), (Dao::Shape{3, 2}));
    const auto origin = Dao::get_origin(copy);
    ASSERT_TRUE(origin);
    EXPECT_EQ(origin->cnt0, 1u);
    EXPECT_FALSE(Dao::get_origin(camera));
    EXPECT_EQ(publisher.peers().size(), 1u);
    const auto offers = Dao::Subscriber::query_offers(options, test::patience);
    ASSERT_TRUE(offers);
    ASSERT_EQ(offers->size(), 1u);
    EXPECT_STREQ((*offers)[0].topic, "wfs");

    Dao::Publisher moved = std::move(publisher);
    EXPECT_EQ(moved.offers().size(), 1u);
    moved.unpublish("wfs");
    EXPECT_THROW(moved.unpublish("wfs"), Dao::Error);
    EXPECT_THROW(moved.publish(here.text(), std::string("w\0s", 3)), Dao::Error);
}
