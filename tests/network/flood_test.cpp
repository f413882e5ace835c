// Peers that say more than a publisher can handle.
#include "camera.hpp"
#include "raw_zmq.hpp"

#include <atomic>
#include <zmq.hpp>

using namespace test;

namespace
{

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(_WIN32)
constexpr int connections = 2; // a sanitizer or Wine slows the publisher down more than who sends these
constexpr int newcomers = 2;   // each waits for some seconds
constexpr int messages_before = 20'000;
#else
constexpr int connections = 4;
constexpr int newcomers = 5;
constexpr int messages_before = 100'000;
#endif

#if defined(__SANITIZE_THREAD__)
constexpr int rounds_of_strangers = 3; // seconds each; the limit on all of them is tested without
#else
constexpr int rounds_of_strangers = 10; // together more than a segment has at a time
#endif

std::string question_of(const std::string &id)
{
    return R"({"v":1,"topic":")" + id + R"(","subscriber":")" + id +
           R"(","segment":"","host":"h","mode":"latest","credit":0,"got":0,"sent_ns":1,"list":1})";
}

// Connections that send the same messages again and again, as fast as they can.
class Flood
{
  public:
    Flood(int port, std::vector<std::string> messages)
    {
        for (int number = 0; number < connections; ++number)
            threads_.emplace_back([this, port, messages] {
                zmq::context_t context;
                zmq::socket_t socket(context, zmq::socket_type::xsub);
                socket.set(zmq::sockopt::linger, 0);
                socket.connect(endpoint(port));
                socket.send(zmq::buffer("\1\2" + std::string(32, 'a') + '\0'));
                while (!is_over_)
                    for (const std::string &message : messages)
                        if (socket.send(zmq::buffer(message), zmq::send_flags::dontwait))
                            ++sent_;
                        else
                            std::this_thread::sleep_for(100us); // the connection is full, and stays so for longer
            });
    }
    ~Flood()
    {
        is_over_ = true;
        for (std::thread &thread : threads_)
            thread.join();
    }
    int sent() const { return sent_; }

  private:
    std::atomic<bool> is_over_{false};
    std::atomic<int> sent_{0};
    std::vector<std::thread> threads_;
};

struct Kind
{
    const char *name;
    std::vector<std::string> messages;
};
void PrintTo(const Kind &kind, std::ostream *stream)
{
    *stream << kind.name;
}

class NetFloodOf : public testing::TestWithParam<Kind>
{
};

}

TEST_P(NetFloodOf, KeepsNobodyElseFromBeingHeard)
{
    Camera camera;
    Publisher publisher;
    publisher.publish(camera.name.text(), "wfs");
    camera.publish();
    const Flood flood(publisher.port(), GetParam().messages);
    ASSERT_TRUE(comes_true([&] { return flood.sent() > messages_before; }));
    for (int count = 0; count < newcomers; ++count)
    {
        const Subscriber subscriber(SubscriberOptions(publisher.port()));
        EXPECT_TRUE(subscriber.receives(1)) << "subscriber " << count;
    }
}

INSTANTIATE_TEST_SUITE_P(All, NetFloodOf,
                         testing::Values(Kind{"Questions", {question_of(std::string(32, 'a'))}}, Kind{"Rubbish", {"{"}},
                                         Kind{"LongRubbish", {std::string(4000, '[')}},
                                         Kind{"Subscriptions", {"\1x", std::string("\0x", 2)}}),
                         [](const auto &kind) { return std::string(kind.param.name); });

TEST(NetFlood, DoesNotKeepThePublisherFromEnding)
{
    Camera camera;
    Publisher publisher;
    publisher.publish(camera.name.text(), "wfs");
    camera.publish();
    const Flood flood(publisher.port(), {question_of(std::string(32, 'a'))});
    EXPECT_TRUE(comes_true([&] { return publisher.info().bad_messages > 0; })) << "some are dropped, and counted";
    EXPECT_NE(std::strstr(publisher.info().message, "faster than they can be answered"), nullptr);
    std::atomic<bool> is_closed{false};
    std::thread closing([&] {
        publisher.close();
        is_closed = true;
    });
    EXPECT_TRUE(comes_true([&] { return is_closed.load(); })) << "although they go on";
    closing.join();
}

TEST(NetFlood, ThousandsThatAreGoneKeepNobodyOut)
{
    Camera camera;
    Publisher publisher;
    publisher.publish(camera.name.text(), "wfs");
    camera.publish();
    zmq::context_t context;
    zmq::socket_t socket(context, zmq::socket_type::xsub);
    socket.set(zmq::sockopt::linger, 0);
    socket.set(zmq::sockopt::sndhwm, 0);
    socket.set(zmq::sockopt::rcvhwm,
               0); // what it does not read would hold the connection back, and end it after a while
    socket.connect(endpoint(publisher.port()));
    const auto id_of = [](int number) {
        const std::string digits = std::to_string(number);
        return std::string(32 - digits.size(), '0') + digits;
    };
    constexpr int at_once = 500;
    for (int first = 0; first < at_once * rounds_of_strangers; first += at_once)
    {
        for (int number = first; number < first + at_once; ++number)
        {
            const std::string id = id_of(number);
            socket.send(zmq::buffer("\1\2" + id + '\0'));
            socket.send(zmq::buffer(R"({"v":1,"topic":")" + id + R"(","subscriber":")" + id +
                                    R"(","segment":"wfs","host":"h","mode":"latest","credit":1,"got":0,"sent_ns":0})"));
        }
        ASSERT_TRUE(comes_true([&] { return publisher.info().frames == static_cast<uint64_t>(first + at_once); }));
        for (int number = first; number < first + at_once; ++number)
            socket.send(zmq::buffer(std::string(1, '\0') + '\2' + id_of(number) + '\0'));
        ASSERT_TRUE(comes_true([&] { return publisher.info().peers == 0; }));
    }
    Subscriber subscriber(SubscriberOptions(publisher.port()));
    EXPECT_TRUE(subscriber.receives(1));
    EXPECT_EQ(publisher.info().bad_messages, 0u);
    EXPECT_EQ(publisher.info().peers, 1u);
}

namespace
{

// Subscribes to one topic after the other.
struct Greedy
{
    Greedy(int port, int topics, size_t bytes)
    {
        socket.set(zmq::sockopt::linger, 0);
        socket.set(zmq::sockopt::sndhwm, 0);
        socket.connect(endpoint(port));
        for (int number = 0; number < topics; ++number)
        {
            std::string topic = "none-" + std::to_string(number);
            topic.resize(bytes, '-');
            socket.send(zmq::buffer("\1" + topic));
        }
        socket.send(zmq::buffer("\1wfs" + std::string(1, '\0'))); // heard after all others
    }
    zmq::context_t context;
    zmq::socket_t socket{context, zmq::socket_type::xsub};
};

}

// libzmq keeps each, in a hundred times its length, for as long as the connection lasts.
TEST(NetFlood, ConnectionThatSubscribesToMoreThanAnybodyNeedsIsEnded)
{
    Camera camera;
    Publisher publisher;
    publisher.publish(camera.name.text(), "wfs");
    camera.publish();
    {
        Greedy within(publisher.port(), 4095, 80);
        EXPECT_FALSE(next_message(within.socket).empty());
        EXPECT_EQ(publisher.info().bad_messages, 0u);
    }
    for (const auto &[topics, bytes] : {std::pair(1, size_t{81}), std::pair(4096, size_t{80})})
    {
        const uint64_t before = publisher.info().bad_messages;
        Greedy greedy(publisher.port(), topics, bytes);
        EXPECT_TRUE(comes_true([&] { return publisher.info().bad_messages > before; }));
        EXPECT_NE(std::strstr(publisher.info().message, "4096 topics"), nullptr) << publisher.info().message;
    }
    Subscriber subscriber(SubscriberOptions(publisher.port()));
    EXPECT_TRUE(subscriber.receives(1)) << "others are served";
    EXPECT_TRUE(comes_true([&] { return publisher.info().peers == 1; })) << "the greedy ones leave nothing behind";
}
