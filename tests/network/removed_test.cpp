// Segments that are removed, here and there.
#include "camera.hpp"

#include <atomic>
#include <future>

using namespace test;

namespace
{

DAO_NET_OFFER offer_of(const Publisher &publisher)
{
    DAO_NET_OFFER offer = DAO_NET_OFFER_INIT;
    uint32_t count = 0;
    require(daoNetGetOffers(publisher, &offer, 1, &count), "offers");
    return count == 1 ? offer : DAO_NET_OFFER DAO_NET_OFFER_INIT;
}

DAO_NET_OFFER asked_of(const Publisher &publisher)
{
    const SubscriberOptions options(publisher.port());
    DAO_NET_OFFER offer = DAO_NET_OFFER_INIT;
    uint32_t count = 0;
    require(daoNetQueryOffers(&options, patience_ns, &offer, 1, &count), "question");
    return count == 1 ? offer : DAO_NET_OFFER DAO_NET_OFFER_INIT;
}

// Publishes without pause, in a thread of its own.
class BusyCamera
{
  public:
    explicit BusyCamera(const SegmentName &name)
        : thread_([this, &name] {
              Image own;
              own.open(name.text());
              while (!stops_)
                  write(own, frame_of(own->md->nelement, 1.0f));
          })
    {
    }
    ~BusyCamera()
    {
        stops_ = true;
        thread_.join();
    }

  private:
    std::atomic<bool> stops_{false};
    std::thread thread_;
};

}

TEST(NetRemoved, SegmentThatIsGoneIsListedByItsNameAlone)
{
    Camera camera;
    Publisher publisher;
    publisher.publish(camera.name.text(), "wfs");
    camera.publish();
    EXPECT_EQ(offer_of(publisher).atype, _DATATYPE_FLOAT);
    require(daoShmRemove(camera.name.c_str()), "remove");
    ASSERT_TRUE(comes_true([&] { return offer_of(publisher).atype == 0; }));
    for (const DAO_NET_OFFER &offer : {offer_of(publisher), asked_of(publisher)})
    {
        EXPECT_STREQ(offer.topic, "wfs");
        EXPECT_EQ(offer.atype, 0);
        EXPECT_EQ(offer.naxis, 0);
        EXPECT_EQ(offer.depth, 0u);
    }
    camera.make_again({3, 5, 7});
    ASSERT_TRUE(comes_true([&] { return offer_of(publisher).naxis == 3; }));
    EXPECT_EQ(asked_of(publisher).shape[2], 7u);
}

// The next frame makes another one; until then there is none to be opened, and no time limit is an error.
TEST(NetRemoved, CopyThatWasRemovedIsWaitedFor)
{
    Camera camera;
    SegmentName there;
    Publisher publisher;
    publisher.publish(camera.name.text());
    Subscriber subscriber(SubscriberOptions(publisher.port()).into(there));
    camera.publish();
    {
        Image copy;
        subscriber.open_copy(copy);
    }
    require(daoShmRemove(there.c_str()), "remove");
    Image fresh;
    EXPECT_EQ(daoNetOpenCopy(subscriber, fresh, 0), DAO_TIMEOUT) << daoLastErrorMessage();
    EXPECT_EQ(daoNetOpenCopy(subscriber, fresh, 50'000'000), DAO_TIMEOUT) << daoLastErrorMessage();
    const std::future<void> later = std::async(std::launch::async, [&] {
        std::this_thread::sleep_for(100ms);
        camera.publish(7.0f);
    });
    subscriber.open_copy(fresh);
    later.wait();
    EXPECT_EQ(newest(fresh), frame_of(24, 7.0f));
}

// Also what its thread sends in that moment.
TEST(NetRemoved, AllThatWasSentOfASegmentThatIsOfferedNoLongerIsCounted)
{
    for (int round = 0; round < 20; ++round)
    {
        Camera camera({10}, 256);
        Publisher publisher;
        publisher.publish(camera.name.text(), "wfs");
        Subscriber subscriber(SubscriberOptions(publisher.port(), DAO_NET_EVERY).of("wfs"));
        {
            const BusyCamera busy(camera.name);
            ASSERT_TRUE(comes_true([&] { return subscriber.info().frames > 20; }));
            require(daoNetUnpublish(publisher, "wfs"), "unpublish");
        }
        const uint64_t sent = publisher.info().frames;
        EXPECT_TRUE(comes_true([&] { return subscriber.info().frames == sent; }, 5s))
            << sent << " sent, " << subscriber.info().frames << " received";
        EXPECT_EQ(publisher.info().frames, sent);
    }
}
