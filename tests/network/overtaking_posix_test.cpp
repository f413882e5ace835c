// A new connection whose messages are there before those of the earlier one: nothing comes twice, nothing out of order, and both
// ends count the same.
#include "camera.hpp"
#include "proxy_posix.hpp"
#include "raw_publisher.hpp"

using namespace test;

namespace
{

// One connection of a subscriber that says what the test wants.
class RawConnection
{
  public:
    RawConnection(int port, char digit, uint64_t number)
        : id_(32, digit), number_(number), socket_(context_, zmq::socket_type::xsub)
    {
        socket_.set(zmq::sockopt::linger, 0);
        socket_.connect(endpoint(port));
        socket_.send(zmq::buffer(std::string("\1\2") + id_ + '\0'));
    }
    void say(uint64_t credit, uint64_t got, const std::string &more = "")
    {
        socket_.send(zmq::buffer(R"({"v":1,"topic":")" + id_ + R"(","subscriber":")" + std::string(32, 'f') +
                                 R"(","connection":)" + std::to_string(number_) + R"(,"segment":"wfs","host":")" +
                                 host() + R"(","mode":"latest","credit":)" + std::to_string(credit) + R"(,"got":)" +
                                 std::to_string(got) + R"(,"sent_ns":0)" + more + "}"));
    }
    std::string host() const { return id_.substr(0, 1); }
    // What was said before is heard when this returns, and handled but for the last of it perhaps: messages of a connection are
    // taken in their order, by several threads.
    void settle()
    {
        say(0, 0, R"(,"list":1)");
        while (next().size() != 3 || last_.at(1).find("\"answer\"") == std::string::npos)
            ASSERT_FALSE(last_.empty());
    }
    Message next(std::chrono::milliseconds limit = patience) { return last_ = next_message(socket_, limit); }

  private:
    const std::string id_;
    const uint64_t number_;
    zmq::context_t context_;
    zmq::socket_t socket_;
    Message last_;
};

}

TEST(NetOvertaking, CreditOfAnEarlierConnectionThatComesLateChangesNothing)
{
    Camera camera({4, 6}, 8);
    Publisher publisher;
    publisher.publish(camera.name.text(), "wfs");
    RawConnection earlier(publisher.port(), 'a', 1), later(publisher.port(), 'b', 2);
    earlier.say(2, 0);
    camera.publish();
    Message frame = earlier.next();
    ASSERT_GE(frame.size(), 3u);
    const std::string source = frame[1].substr(frame[1].find("\"source\":\"") + 10, 25);
    const std::string has_first = R"(,"source":")" + source + R"(","after":1)";
    later.say(2, 0, has_first);
    ASSERT_TRUE(comes_true([&] { return publisher.peers()[0].host == later.host(); }));
    camera.publish();
    frame = later.next();
    ASSERT_GE(frame.size(), 3u);
    EXPECT_EQ(number_of(frame[1], "cnt0"), 2u);
    EXPECT_EQ(number_of(frame[1], "seq"), 1u);
    later.say(3, 1);
    for (uint64_t count = 0; count < 20; ++count) // it wants all, and an answer
        earlier.say(1000, 1, R"(,"ask":1)" + has_first);
    earlier.settle();
    camera.publish();
    frame = later.next();
    ASSERT_GE(frame.size(), 3u);
    EXPECT_EQ(number_of(frame[1], "cnt0"), 3u);
    EXPECT_EQ(number_of(frame[1], "seq"), 2u);
    EXPECT_TRUE(earlier.next(100ms).empty());
    ASSERT_EQ(publisher.peers().size(), 1u);
    EXPECT_EQ(publisher.peers()[0].frames, 3u);
    EXPECT_EQ(publisher.peers()[0].lost, 0u);
}

TEST(NetOvertaking, SubscriberThatWasForgottenGoesOnCounting)
{
    Camera camera({4, 6}, 8);
    Publisher publisher;
    publisher.publish(camera.name.text(), "wfs");
    RawConnection connection(publisher.port(), 'a', 1);
    connection.say(52, 50); // as one does that was stopped for a minute
    for (uint64_t cnt0 = 1; cnt0 <= 2; ++cnt0)
    {
        camera.publish();
        const Message frame = connection.next();
        ASSERT_GE(frame.size(), 3u);
        EXPECT_EQ(number_of(frame[1], "seq"), 50 + cnt0);
    }
    camera.publish(); // past its credit
    EXPECT_TRUE(connection.next(100ms).empty());
}

TEST(NetOvertaking, FramesOfAnEarlierConnectionThatComeLateTakeNoPlace)
{
    for (const uint32_t mode : {DAO_NET_LATEST, DAO_NET_EVERY})
    {
        RawPublisher publisher;
        Proxy proxy(publisher.port());
        Subscriber subscriber(SubscriberOptions(proxy.port(), mode));
        const auto [earlier, first_credit] = publisher.next_session();
        ASSERT_EQ(number_of(first_credit, "after"), UINT64_MAX);
        publisher.send(earlier, 1, 1);
        ASSERT_TRUE(subscriber.receives(1));
        proxy.reset_all();
        const auto [later, credit] = publisher.next_session(earlier);
        EXPECT_EQ(number_of(credit, "after"), 1u);
        EXPECT_GT(number_of(credit, "connection"), number_of(first_credit, "connection"));
        ASSERT_NE(later, earlier);
        publisher.send(later, 1, 2);
        publisher.send(later, 2, 3);
        publisher.send(earlier, 2, 2); // comes again
        publisher.send(earlier, 3, 6); // would make those before it late
        publisher.send(later, 3, 4);
        publisher.send(later, 4, 5);
        publisher.send(later, 5, 8);
        ASSERT_TRUE(subscriber.receives(8));
        Image copy;
        subscriber.open_copy(copy);
        std::vector<float> values(6);
        require(daoShmReadLast(copy, values.data(), 6, nullptr), "read");
        EXPECT_EQ(values, (std::vector<float>{1, 2, 3, 4, 5, 8}));
        const DAO_NET_INFO info = subscriber.info();
        EXPECT_EQ(info.frames, 6u);
        EXPECT_EQ(info.skipped + info.lost, 2u); // 6 and 7
        EXPECT_EQ(info.lost, mode == DAO_NET_EVERY ? 2u : 0u);
    }
}

TEST(NetOvertaking, ConnectionsThatAreSlowAndBreakDeliverInOrderAndCountAlike)
{
    for (const uint32_t mode : {DAO_NET_LATEST, DAO_NET_EVERY})
    {
        Camera camera({1000}, 1024);
        Publisher publisher;
        publisher.publish(camera.name.text());
        Proxy proxy(publisher.port());
        Subscriber subscriber(SubscriberOptions(proxy.port(), mode));
        camera.publish();
        Image copy;
        subscriber.open_copy(copy);
        for (int round = 0; round < 6; ++round)
        {
            proxy.set_delay(std::chrono::milliseconds(100 + 50 * round)); // of what this connection carries from now on
            for (int count = 0; count < 30; ++count)
            {
                camera.publish();
                std::this_thread::sleep_for(2ms);
            }
            proxy.set_delay(0ms); // the next one is fast
            proxy.abandon_all();
            for (int count = 0; count < 10; ++count)
                camera.publish();
            ASSERT_TRUE(subscriber.receives(daoShmGetCounter(camera.image))) << round;
        }
        std::this_thread::sleep_for(400ms); // what is late comes
        const auto counts_alike = [&] {
            camera.publish();
            if (!subscriber.receives(daoShmGetCounter(camera.image)) || publisher.peers().size() != 1)
                return false;
            const DAO_NET_PEER peer = publisher.peers()[0];
            const DAO_NET_INFO info = subscriber.info();
            return info.lost == peer.lost && info.skipped == peer.skipped;
        };
        EXPECT_TRUE(comes_true(counts_alike));
        const DAO_NET_INFO info = subscriber.info();
        EXPECT_EQ(info.frames + info.skipped + info.lost, daoShmGetCounter(camera.image));
        EXPECT_GE(info.connections, 7u);
        if (mode == DAO_NET_EVERY)
        {
            EXPECT_EQ(info.lost, 0u);
        }
        std::vector<float> values(1000 * std::min<uint64_t>(info.frames, 200));
        require(daoShmReadLast(copy, values.data(), static_cast<uint32_t>(values.size() / 1000), nullptr), "read");
        for (size_t frame = 1; frame < values.size() / 1000; ++frame)
            ASSERT_LT(values[1000 * (frame - 1)], values[1000 * frame]);
    }
}
