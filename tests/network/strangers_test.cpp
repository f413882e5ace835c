// Those at the other end who are not of this library: plain ZeroMQ, pickles, and hostile ones.
#include "camera.hpp"
#include "raw_zmq.hpp"

#include <random>
#include <sstream>
#include <zmq.hpp>

using namespace test;

namespace
{

struct PlainPublisher
{
    PlainPublisher() : socket(context, zmq::socket_type::pub)
    {
        socket.bind("tcp://127.0.0.1:*");
        const std::string bound = socket.get(zmq::sockopt::last_endpoint);
        port = std::stoi(bound.substr(bound.rfind(':') + 1));
    }
    void send(const std::vector<std::string> &parts)
    {
        for (size_t index = 0; index < parts.size(); ++index)
            socket.send(zmq::buffer(parts[index]),
                        index + 1 < parts.size() ? zmq::send_flags::sndmore : zmq::send_flags::none);
    }

    zmq::context_t context;
    zmq::socket_t socket;
    int port = 0;
};

const std::string header =
    R"({"v":1,"dtype":"float32","shape":[2],"frame_num":7,"compression":"none","cnt0":7,"cnt1":0,"cnt2":0,)"
    R"("atime_ns":5,"sent_ns":6,"seq":1,"kw":0,"host":"h","source":"s","topic":"wfs"})";

// A frame of that segment by its plain name: its counter, and its number among those that were sent.
std::vector<std::string> frame_of(const std::string &topic, int cnt0, int seq)
{
    std::ostringstream text;
    text << R"({"v":1,"dtype":"float32","shape":[2],"compression":"none","cnt0":)" << cnt0
         << R"(,"cnt1":0,"cnt2":0,"atime_ns":5,"sent_ns":6,"seq":)" << seq
         << R"(,"kw":0,"host":"h","source":"s","topic":")" << topic << R"("})";
    return {topic + '\0', text.str(), std::string(8, 'x')};
}

}

TEST(NetStrangers, PlainSubscriberGetsFramesByTheTopicsName)
{
    Camera camera, other;
    Publisher publisher;
    publisher.publish(camera.name.text(), "wfs");
    publisher.publish(other.name.text(), "wfs2");
    camera.publish(1.5f);
    zmq::context_t context;
    zmq::socket_t socket(context, zmq::socket_type::sub);
    socket.connect(endpoint(publisher.port()));
    socket.set(zmq::sockopt::subscribe, std::string("wfs\0", 4));
    auto parts = next_message(socket, 60s); // the one that was published before
    ASSERT_EQ(parts.size(), 4u);
    EXPECT_EQ(parts[0], std::string("wfs\0", 4));
    EXPECT_NE(parts[1].find("\"dtype\":\"float32\""), std::string::npos);
    EXPECT_EQ(parts[2].size(), 24 * sizeof(float));
    float value = 0;
    std::memcpy(&value, parts[2].data(), sizeof value);
    EXPECT_EQ(value, 1.5f);
    EXPECT_EQ(parts[3], "[]");
    other.publish(9.0f);
    camera.publish(2.5f);
    parts = next_message(socket, 60s);
    ASSERT_GE(parts.size(), 3u);
    EXPECT_EQ(parts[0], std::string("wfs\0", 4));
    ASSERT_EQ(publisher.peers().size(), 1u);
    EXPECT_EQ(publisher.peers()[0].plain, 1u);
}

TEST(NetStrangers, EachPlainSubscriberOfASegmentThatRestsGetsItsNewestFrame)
{
    Camera camera;
    Publisher publisher;
    publisher.publish(camera.name.text(), "wfs");
    camera.publish(1.5f);
    zmq::context_t context;
    std::vector<zmq::socket_t> sockets;
    for (int number = 0; number < 3; ++number)
    {
        zmq::socket_t &socket = sockets.emplace_back(context, zmq::socket_type::sub);
        socket.connect(endpoint(publisher.port()));
        socket.set(zmq::sockopt::subscribe, std::string("wfs\0", 4));
        const auto parts = next_message(socket, 60s);
        ASSERT_EQ(parts.size(), 4u) << "with the keywords: subscriber " << number;
        float value = 0;
        std::memcpy(&value, parts[2].data(), sizeof value);
        EXPECT_EQ(value, 1.5f);
    }
}

TEST(NetStrangers, WhoSubscribesToSomethingElseRepeatsNoFrame)
{
    Camera camera, other;
    Publisher publisher;
    publisher.publish(camera.name.text(), "wfs");
    publisher.publish(other.name.text(), "dm");
    camera.publish();
    other.publish();
    zmq::context_t context;
    zmq::socket_t socket(context, zmq::socket_type::sub), dm(context, zmq::socket_type::sub);
    socket.connect(endpoint(publisher.port()));
    socket.set(zmq::sockopt::subscribe, std::string("wfs\0", 4));
    ASSERT_FALSE(next_message(socket).empty());
    dm.connect(endpoint(publisher.port()));
    dm.set(zmq::sockopt::subscribe, std::string("dm\0", 3));
    ASSERT_FALSE(next_message(dm).empty());
    camera.publish();
    const auto parts = next_message(socket);
    ASSERT_GE(parts.size(), 3u);
    EXPECT_NE(parts[1].find("\"cnt0\":2,"), std::string::npos) << parts[1];
}

/** Sends these until the subscriber has one: what is sent before it has subscribed is lost. */
bool brings_a_frame(PlainPublisher &plain, Subscriber &subscriber, const std::vector<std::vector<std::string>> &frames)
{
    return comes_true([&] {
        for (const std::vector<std::string> &frame : frames)
            plain.send(frame);
        std::this_thread::sleep_for(50ms);
        return subscriber.info().frames > 0;
    });
}

TEST(NetStrangers, PlainPublisherOfTheSameMessagesIsUnderstood)
{
    PlainPublisher plain;
    Subscriber subscriber(SubscriberOptions(plain.port).of("wfs"));
    const float data[2] = {1.0f, 2.0f};
    const std::string frame(reinterpret_cast<const char *>(data), sizeof data);
    ASSERT_TRUE(comes_true([&] {
        plain.send({std::string("wfs2\0", 5), header, frame});
        plain.send({std::string("wfs\0", 4), header, frame});
        std::this_thread::sleep_for(50ms);
        return subscriber.info().frames == 1;
    }));
    Image copy;
    subscriber.open_copy(copy);
    EXPECT_EQ(newest(copy), std::vector<float>(data, data + 2));
    EXPECT_EQ(subscriber.info().source_cnt0, 7u);
}

TEST(NetStrangers, SegmentsOfAPlainPublisherThatWereNotAskedForAreNotTaken)
{
    PlainPublisher plain;
    Subscriber subscriber(SubscriberOptions(plain.port).of("wfs"));
    ASSERT_TRUE(brings_a_frame(plain, subscriber, {frame_of("dm", 3, 1), frame_of("wfs", 7, 1)}));
    EXPECT_EQ(subscriber.info().frames, 1u);
    EXPECT_STREQ(subscriber.info().topic, "wfs");
    EXPECT_EQ(subscriber.info().source_cnt0, 7u);
    EXPECT_EQ(subscriber.info().bad_messages, 0u);
}

TEST(NetStrangers, FrameOfAPlainPublisherThatComesTwiceCountsOnce)
{
    PlainPublisher plain;
    Subscriber subscriber(SubscriberOptions(plain.port).of("wfs"));
    ASSERT_TRUE(brings_a_frame(plain, subscriber, {frame_of("wfs", 7, 1)}));
    for (const int cnt0 : {7, 6, 8})
        plain.send(frame_of("wfs", cnt0, 2));
    ASSERT_TRUE(comes_true([&] { return subscriber.info().source_cnt0 == 8; }));
    EXPECT_EQ(subscriber.info().frames, 2u);
}

TEST(NetStrangers, PlainPublisherThatBeginsWithNumber0LosesNothingByThat)
{
    PlainPublisher plain;
    Subscriber subscriber(SubscriberOptions(plain.port).of("wfs"));
    ASSERT_TRUE(brings_a_frame(plain, subscriber, {frame_of("wfs", 7, 0)}));
    plain.send(frame_of("wfs", 10, 3)); // as one does that sends without a number, and then with one
    ASSERT_TRUE(comes_true([&] { return subscriber.info().source_cnt0 == 10; }));
    EXPECT_EQ(subscriber.info().lost, 0u);
    EXPECT_EQ(subscriber.info().skipped, 2u);
}

TEST(NetStrangers, WhatIsMissingBeforeTheFirstFrameIsNoneOfTheSubscribers)
{
    PlainPublisher plain;
    Subscriber subscriber(SubscriberOptions(plain.port).of("wfs"));
    std::vector<std::string> frame = frame_of("wfs", 7, 1);
    frame[1].insert(1, R"("missed":3,"missed_before":3,)");
    ASSERT_TRUE(brings_a_frame(plain, subscriber, {frame}));
    EXPECT_EQ(subscriber.info().missed_before, 0u);
    frame = frame_of("wfs", 8, 2);
    frame[1].insert(1, R"("missed":3,"missed_before":3,)");
    plain.send(frame);
    ASSERT_TRUE(comes_true([&] { return subscriber.info().source_cnt0 == 8; }));
    EXPECT_EQ(subscriber.info().missed_before, 3u);
}

TEST(NetStrangers, KeywordsForWhichThereIsNoRoomAreToldOnceHoweverOftenTheyCome)
{
    PlainPublisher plain;
    SegmentName name;
    Image existing;
    existing.create(name.text(), {2}, _DATATYPE_FLOAT, 2, 0);
    Subscriber subscriber(SubscriberOptions(plain.port).of("wfs").into(name));
    const std::string keywords = R"([{"name":"A","type":"L","value":1}])";
    int cnt0 = 6;
    ASSERT_TRUE(comes_true([&] {
        ++cnt0;
        std::vector<std::string> frame = frame_of("wfs", cnt0, cnt0);
        frame.push_back(keywords);
        plain.send(frame);
        std::this_thread::sleep_for(50ms);
        return subscriber.info().frames >= 3;
    }));
    EXPECT_EQ(subscriber.info().bad_messages, 1u) << subscriber.info().message;
}

TEST(NetStrangers, WhatAPlainPublisherSentAndDidNotArriveIsLostAndTheRestSkipped)
{
    PlainPublisher plain;
    Subscriber subscriber(SubscriberOptions(plain.port).of("wfs"));
    ASSERT_TRUE(brings_a_frame(plain, subscriber, {frame_of("wfs", 7, 1)}));
    plain.send(frame_of("wfs", 9, 3));
    ASSERT_TRUE(comes_true([&] { return subscriber.info().source_cnt0 == 9; }));
    EXPECT_EQ(subscriber.info().lost, 1u);
    EXPECT_EQ(subscriber.info().skipped, 0u);
    plain.send(frame_of("wfs", 12, 4));
    ASSERT_TRUE(comes_true([&] { return subscriber.info().source_cnt0 == 12; }));
    EXPECT_EQ(subscriber.info().lost, 1u);
    EXPECT_EQ(subscriber.info().skipped, 2u);
}

// A frame may begin with any bytes.
TEST(NetStrangers, FramesThatBeginLikeAPickleAreFrames)
{
    PlainPublisher plain;
    Subscriber subscriber(SubscriberOptions(plain.port).of("wfs"));
    const std::string frame("\x80\x04\x95\x0e\0\0\0\0", 8);
    ASSERT_TRUE(comes_true([&] {
        plain.send({std::string("wfs\0", 4), header, frame});
        std::this_thread::sleep_for(20ms);
        return subscriber.info().frames == 1;
    })) << subscriber.info().message;
    EXPECT_EQ(subscriber.info().bad_messages, 0u);
}

// Who does not say how much room there is for keywords may send some all the same.
TEST(NetStrangers, KeywordsOfAPlainPublisherArriveAndABadOneCostsItself)
{
    PlainPublisher plain;
    Subscriber subscriber(SubscriberOptions(plain.port).of("wfs"));
    const std::string keywords = R"([{"name":"GAIN","type":"D","value":2.5},{"name":"BAD","type":"Q","value":1}])";
    ASSERT_TRUE(comes_true([&] {
        plain.send({std::string("wfs\0", 4), header, std::string(8, 'x'), keywords});
        std::this_thread::sleep_for(20ms);
        return subscriber.info().frames == 1;
    }));
    Image copy;
    subscriber.open_copy(copy);
    IMAGE_KEYWORD keyword;
    ASSERT_EQ(daoShmGetKeyword(copy, "GAIN", &keyword), DAO_SUCCESS) << daoLastErrorMessage();
    EXPECT_EQ(keyword.value.numf, 2.5);
    EXPECT_EQ(subscriber.info().bad_messages, 1u);
    EXPECT_NE(std::strstr(subscriber.info().message, "type: Q"), nullptr) << subscriber.info().message;
}

TEST(NetStrangers, TopicOtherThanTheHeadersIsToldOf)
{
    PlainPublisher plain;
    Subscriber subscriber{SubscriberOptions(plain.port)};
    ASSERT_TRUE(comes_true([&] {
        plain.send({"wfs", header, std::string(8, 'x')}); // without its zero
        std::this_thread::sleep_for(20ms);
        return subscriber.info().bad_messages > 0;
    }));
    EXPECT_NE(std::strstr(subscriber.info().message, "topic: wfs"), nullptr) << subscriber.info().message;
}

TEST(NetStrangers, PicklesAreRefusedAndSaidToBeOnce)
{
    PlainPublisher plain;
    Subscriber subscriber{SubscriberOptions(plain.port)};
    ASSERT_TRUE(comes_true([&] {
        plain.send({std::string("\x80\x04\x95\x0e\0\0\0", 7) + "rest."});
        std::this_thread::sleep_for(20ms);
        return subscriber.info().bad_messages > 0;
    }));
    EXPECT_NE(std::strstr(subscriber.info().message, "pickles are not safe"), nullptr) << subscriber.info().message;
    plain.send({std::string("\x80\x04\x95", 3) + "rest."});
    std::this_thread::sleep_for(100ms);
    EXPECT_EQ(subscriber.info().bad_messages, 1u);
}

TEST(NetStrangers, HostileMessagesAreCountedAndTheSubscriberLives)
{
    PlainPublisher plain;
    Subscriber subscriber(SubscriberOptions(plain.port).of("wfs"));
    const std::string topic("wfs\0", 4), data(8, 'x');
    std::mt19937 random(7);
    const auto wrong = [&](const std::string &what, const std::string &instead) {
        std::string text = header;
        const size_t at = text.find(what);
        EXPECT_NE(at, std::string::npos) << what;
        return text.replace(at, what.size(), instead);
    };
    const std::vector<std::string> headers = {
        "",
        "{",
        "[]",
        "null",
        "1",
        std::string(5000, ' ') + header,
        std::string(3000, '['),
        wrong("\"v\":1", "\"v\":2"),
        wrong("\"v\":1", "\"v\":\"1\""),
        wrong("float32", "float33"),
        wrong("[2]", "[3]"),
        wrong("[2]", "[0]"),
        wrong("[2]", "[-2]"),
        wrong("[2]", "[2.0]"),
        wrong("[2]", "[]"),
        wrong("[2]", "[2,1,1,1]"),
        wrong("[2]", "[4294967296,4294967296,4294967296]"),
        wrong("[2]", "[4294967295,4294967295,4294967295]"),
        wrong("[2]", "{\"0\":2}"),
        wrong("\"none\"", "\"lz4\""),
        wrong("\"cnt0\":7", "\"cnt0\":-7"),
        wrong("\"cnt0\":7", "\"cnt0\":1e3"),
        wrong("\"cnt0\":7", "\"cnt0\":18446744073709551616"),
        wrong("\"atime_ns\":5", "\"atime_ns\":9223372036854775808"),
        wrong("\"topic\":\"wfs\"", "\"topic\":\"../../x\\u0000\""),
        wrong("\"topic\":\"wfs\"", "\"topic\":\"\\u001b[31m\""),
        wrong("\"source\":\"s\"", "\"source\":\"\""),
        wrong("\"source\":\"s\"", "\"source\":\"" + std::string(100, 's') + "\""),
        wrong("\"host\":\"h\"", "\"host\":\"\xff\""),
        wrong("\"host\":\"h\"", "\"host\":\"h\",\"cnt0\":3"),
    };
    std::string good = wrong("\"cnt0\":7", "\"cnt0\":8");
    ASSERT_TRUE(comes_true([&] {
        plain.send({topic, header, data});
        std::this_thread::sleep_for(20ms);
        return subscriber.info().frames == 1;
    }));
    const uint64_t bad_before = subscriber.info().bad_messages;
    for (const std::string &text : headers)
        plain.send({topic, text, data});
    plain.send({topic});
    plain.send({topic, header});
    plain.send({topic, header, data, "[]", "fifth"});
    plain.send({topic, wrong("\"cnt0\":7", "\"cnt0\":9"), data, "[{\"name\":\"x\",\"type\":\"Q\",\"value\":1}]"});
    // Bytes changed, cut and put in at random.
    for (int count = 0; count < 3000; ++count)
    {
        std::string text = header;
        for (auto changes = 1 + random() % 4; changes > 0; --changes)
        {
            const size_t at = random() % text.size();
            switch (random() % 4)
            {
            case 0:
                text[at] = static_cast<char>(random());
                break;
            case 1:
                text.erase(at, random() % 20 + 1);
                break;
            case 2:
                text.insert(at, text.substr(random() % text.size(), random() % 20));
                break;
            default:
                text.insert(at, 1, "[]{}\",:0-"[random() % 9]);
            }
            if (text.empty())
                text = "x";
        }
        plain.send({topic, text, std::string(random() % 3 == 0 ? random() % 64 : 8, 'y')});
        if (count % 50 == 0)
            std::this_thread::sleep_for(2ms); // below what a plain publisher queues
    }
    EXPECT_TRUE(comes_true([&] { return subscriber.info().bad_messages >= bad_before + headers.size(); }))
        << subscriber.info().bad_messages - bad_before << " of " << headers.size();
    const std::string last = wrong("\"cnt0\":7", "\"cnt0\":9000000000000000000");
    const std::string fresh = std::string(last).replace(last.find("\"source\":\"s\""), 12, "\"source\":\"t\"");
    EXPECT_TRUE(comes_true([&] {
        plain.send({topic, fresh, data});
        std::this_thread::sleep_for(20ms);
        return subscriber.info().source_cnt0 == 9'000'000'000'000'000'000u;
    }));
}

TEST(NetStrangers, HostileCreditsAreCountedAndThePublisherLives)
{
    Camera camera;
    Publisher publisher;
    publisher.publish(camera.name.text(), "wfs");
    Subscriber subscriber(SubscriberOptions(publisher.port()));
    camera.publish();
    ASSERT_TRUE(subscriber.receives(1));
    zmq::context_t context;
    zmq::socket_t socket(context, zmq::socket_type::xsub);
    socket.set(zmq::sockopt::linger, 0);
    socket.connect(endpoint(publisher.port()));
    const auto send = [&](const std::string &text) { socket.send(zmq::buffer(text)); };
    const std::string id(32, 'a');
    const std::string credit =
        R"({"v":1,"topic":")" + id + R"(","subscriber":")" + id +
        R"(","segment":"wfs","host":"h","mode":"every","credit":18446744073709551615,"got":0,"sent_ns":0})";
    send(std::string("\1") + '\2' + id + '\0');
    std::mt19937 random(11);
    for (int count = 0; count < 2000; ++count)
    {
        std::string text = credit;
        for (auto changes = random() % 4; changes > 0; --changes)
            text[random() % text.size()] = static_cast<char>(random() | 2); // not a subscription
        send(text);
        if (count % 50 == 0)
            std::this_thread::sleep_for(2ms);
    }
    send("\x02");
    send(std::string(3000, '['));
    socket.send(zmq::buffer(std::string("two")), zmq::send_flags::sndmore);
    socket.send(zmq::buffer(std::string("parts")));
    EXPECT_TRUE(comes_true([&] { return publisher.info().bad_messages > 500; }));
    for (int count = 0; count < 500; ++count) // it wants all, and reads nothing
        camera.publish();
    EXPECT_TRUE(subscriber.receives(501));
    for (const DAO_NET_PEER &peer : publisher.peers())
        EXPECT_LE(peer.in_flight, 32u);
}

TEST(NetStrangers, RubbishByTcpEndsNothing)
{
    Camera camera;
    Publisher publisher;
    publisher.publish(camera.name.text());
    Subscriber subscriber(SubscriberOptions(publisher.port()));
    zmq::context_t context;
    for (int count = 0; count < 20; ++count)
    {
        zmq::socket_t raw(context, zmq::socket_type::stream);
        raw.set(zmq::sockopt::linger, 100);
        raw.connect(endpoint(publisher.port()));
        zmq::message_t identity;
        ASSERT_TRUE(raw.recv(identity));
        raw.send(identity, zmq::send_flags::sndmore);
        raw.send(zmq::buffer(std::string("GET / HTTP/1.1\r\n\r\n") + std::string(1000, '\xff')));
    }
    camera.publish();
    EXPECT_TRUE(subscriber.receives(1));
}
