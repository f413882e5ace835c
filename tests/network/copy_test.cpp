// The copy on the other side is a segment like any other.
#include "net.hpp"

using namespace test;

namespace
{

struct Camera
{
    explicit Camera(const Shape &shape = {4, 6}, uint32_t depth = 4, int keywords = 8)
    {
        image.create(name.text(), shape, _DATATYPE_FLOAT, depth, keywords);
    }
    void publish(float value) { write(image, frame_of(image->md->nelement, value)); }

    SegmentName name;
    Image image;
};

TEST(NetCopy, FrameArrivesWithItsCountersAndTime)
{
    Camera camera;
    Publisher publisher;
    publisher.publish(camera.name.text());
    Subscriber subscriber(SubscriberOptions(publisher.port()));
    ASSERT_EQ(daoShmSetFrameId(camera.image, 77), DAO_SUCCESS);
    ASSERT_EQ(daoShmSetAcquisitionTime(camera.image, 123456789), DAO_SUCCESS);
    camera.publish(3.5f);
    Image copy;
    subscriber.open_copy(copy);
    EXPECT_EQ(newest(copy), frame_of(24, 3.5f));
    DAO_FRAME frame = DAO_FRAME_INIT;
    ASSERT_EQ(daoShmGetNewestFrame(copy, &frame), DAO_SUCCESS);
    EXPECT_EQ(frame.cnt0, 1u);
    EXPECT_EQ(frame.cnt2, 77u);
    EXPECT_EQ(frame.atime_ns, 123456789);
    const DAO_NET_INFO info = subscriber.info();
    EXPECT_EQ(info.state, static_cast<uint32_t>(DAO_NET_LIVE));
    EXPECT_EQ(info.source_cnt0, 1u);
    EXPECT_EQ(info.source_cnt2, 77u);
    EXPECT_EQ(info.skipped + info.lost + info.bad_messages, 0u);
}

TEST(NetCopy, SegmentIsMadeWithTheFirstFrame)
{
    Camera camera({2, 3, 4});
    SegmentName there;
    Publisher publisher;
    publisher.publish(camera.name.text());
    SubscriberOptions options(publisher.port());
    options.name = there.c_str();
    Subscriber subscriber(options);
    Image early;
    EXPECT_EQ(daoNetOpenCopy(subscriber, early, 0), DAO_TIMEOUT);
    EXPECT_FALSE(std::filesystem::exists(there.text()));
    camera.publish(1.0f);
    Image copy;
    subscriber.open_copy(copy);
    Image other; // as any process
    other.open(there.text());
    EXPECT_EQ(newest(other), frame_of(24, 1.0f));
    EXPECT_EQ(other->md->size[0], 2u);
    EXPECT_EQ(other->md->size[2], 4u);
}

}
