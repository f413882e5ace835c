// What a publisher counts for a subscriber through all its connections, whatever that one says of what it has.
#include "camera.hpp"
#include "raw_subscriber.hpp"

#include <atomic>

using namespace test;

namespace
{

class NetAccounts : public testing::Test
{
  protected:
    NetAccounts() { publisher_.publish(camera_.name.text(), "wfs"); }
    DAO_NET_PEER peer() const
    {
        const auto peers = publisher_.peers();
        EXPECT_EQ(peers.size(), 1u);
        return peers.empty() ? DAO_NET_PEER DAO_NET_PEER_INIT : peers[0];
    }
    void set_counters(uint64_t cnt0)
    {
        for (uint32_t slot = 0; slot < depth; ++slot)
            std::atomic_ref<uint64_t>(camera_.image->md[slot].cnt0).store(cnt0);
    }

    // Publishes the first frame. Whether it comes by a new connection that gives so much credit.
    bool first_frame_comes(RawSubscriber &subscriber, uint64_t credit)
    {
        camera_.publish();
        subscriber.begin();
        subscriber.tell(credit, 0);
        return subscriber.next_counter() == 1;
    }

    static constexpr uint32_t depth = 8;
    Camera camera_{{4, 6}, depth};
    Publisher publisher_;
};

// As a subscriber says what it has already.
std::string having(const std::string &header, uint64_t cnt0)
{
    const std::string key = R"("source":)";
    const size_t at = header.find(key);
    const size_t end = header.find('"', at + key.size() + 1);
    return "," + header.substr(at, end + 1 - at) + R"(,"after":)" + std::to_string(cnt0);
}

}

TEST_F(NetAccounts, FrameThatTheNextConnectionBringsIsNotLost)
{
    RawSubscriber subscriber(publisher_.port());
    ASSERT_TRUE(first_frame_comes(subscriber, 2));
    subscriber.begin(); // it says nothing of that frame: the connection broke before it came
    EXPECT_EQ(number_of(subscriber.answer_to(2, 0), "lost"), 1u) << "until it is sent again";
    ASSERT_EQ(subscriber.next_counter(), 1u);
    EXPECT_EQ(number_of(subscriber.answer_to(2, 1), "lost"), 0u);
    EXPECT_EQ(peer().lost, 0u);
    EXPECT_EQ(peer().frames, 2u);
}

TEST_F(NetAccounts, FrameThatCameAndIsAskedForAgainIsNotLost)
{
    RawSubscriber subscriber(publisher_.port());
    ASSERT_TRUE(first_frame_comes(subscriber, 2));
    EXPECT_NE(subscriber.answer_to(2, 1), "");
    EXPECT_EQ(peer().in_flight, 0u);
    subscriber.begin();
    subscriber.tell(2, 0);
    ASSERT_EQ(subscriber.next_counter(), 1u);
    EXPECT_EQ(peer().lost, 0u);
}

TEST_F(NetAccounts, FramesThatAreSaidToHaveComeBeforeTheyAreSentAreUnderWay)
{
    RawSubscriber subscriber(publisher_.port());
    subscriber.begin();
    EXPECT_NE(subscriber.answer_to(100, 0), "");
    EXPECT_NE(subscriber.answer_to(100, 50), "");
    camera_.publish();
    ASSERT_EQ(subscriber.next_counter(), 1u);
    EXPECT_NE(subscriber.answer_to(100, 0), "");
    EXPECT_EQ(peer().in_flight, 1u);
    EXPECT_NE(subscriber.answer_to(100, 1), "");
    EXPECT_EQ(peer().in_flight, 0u);
}

TEST_F(NetAccounts, FramesThatCameAndAreAskedForAgainInOrderAreNotLost)
{
    RawSubscriber subscriber(publisher_.port(), "every");
    camera_.publish();
    subscriber.begin();
    subscriber.tell(10, 0);
    const std::string first = subscriber.next_frame();
    ASSERT_EQ(number_of(first, "cnt0"), 1u);
    for (uint64_t cnt0 = 2; cnt0 <= 3; ++cnt0)
    {
        camera_.publish();
        ASSERT_EQ(subscriber.next_counter(), cnt0);
    }
    EXPECT_NE(subscriber.answer_to(10, 3), "");
    subscriber.begin();
    subscriber.tell(10, 0, having(first, 1));
    EXPECT_EQ(subscriber.next_counter(), 2u);
    EXPECT_EQ(subscriber.next_counter(), 3u);
    EXPECT_EQ(peer().lost, 0u);
}

// What was overwritten before the counter was set back is lost, whatever is sent again of what came after it.
TEST_F(NetAccounts, LossesOutliveACounterThatIsSetBackAndAConnection)
{
    RawSubscriber subscriber(publisher_.port(), "every");
    ASSERT_TRUE(first_frame_comes(subscriber, 1));
    for (uint64_t cnt0 = 2; cnt0 <= 20; ++cnt0)
        camera_.publish();
    uint64_t frames = 1;
    std::string newest;
    for (; number_of(newest, "cnt0") != 20; ++frames)
    {
        subscriber.tell(frames + 1, frames);
        ASSERT_NE(newest = subscriber.next_frame(), "");
    }
    const uint64_t lost = 20 - frames;
    EXPECT_GE(lost, 20 - 1 - depth);
    EXPECT_EQ(peer().lost, lost);
    set_counters(2);
    for (uint64_t cnt0 = 3; cnt0 <= 5; ++cnt0)
        camera_.publish();
    EXPECT_EQ(number_of(subscriber.answer_to(frames, frames), "cnt0"), 5u) << "it sees the newest first";
    subscriber.tell(100, frames);
    for (uint64_t cnt0 = 0; cnt0 != 5;)
        ASSERT_LE(cnt0 = subscriber.next_counter(), 5u);
    EXPECT_EQ(peer().lost, lost);
    subscriber.begin();
    subscriber.tell(100, 0, having(newest, 20));
    for (uint64_t cnt0 = 0; cnt0 != 5;)
        ASSERT_LE(cnt0 = subscriber.next_counter(), 5u);
    EXPECT_EQ(peer().lost, lost);
}

TEST_F(NetAccounts, TotalsKeepWhatSubscribersThatAreGivenUpWereSent)
{
    constexpr unsigned most = 4096, at_once = 32;                      // whose answers wait for them here
    RawSubscriber first(publisher_.port()), second(publisher_.port()); // one connection may not have so many topics
    camera_.publish();
    first.begin(1);
    first.tell(2, 0);
    ASSERT_EQ(first.next_counter(), 1u);
    EXPECT_EQ(publisher_.info().frames, 1u);
    first.end();
    const auto begun = std::chrono::steady_clock::now();
    for (unsigned number = 2; number <= most + 1; number += at_once)
    {
        RawSubscriber &subscriber = number > most / 2 ? second : first;
        for (unsigned more = 0; more < at_once; ++more)
        {
            subscriber.begin(number + more);
            subscriber.ask(0, 0);
        }
        for (unsigned more = 0; more < at_once; ++more)
            ASSERT_NE(subscriber.next_answer(), "");
    }
    EXPECT_EQ(publisher_.info().frames, 1u);
    second.begin(most + 2);
    second.tell(0, 0);
    if (std::chrono::steady_clock::now() - begun > 30s)
        GTEST_SKIP() << "on so slow a machine those that came first are silent for too long";
    ASSERT_TRUE(comes_true([&] { return publisher_.info().bad_messages > 0; }));
    EXPECT_NE(std::strstr(publisher_.info().message, "more than 4096"), nullptr) << publisher_.info().message;
    EXPECT_EQ(publisher_.info().peers, most) << "the first has made room for the last, and none that is there for more";
}
