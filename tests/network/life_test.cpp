// Coming, going and coming again; what remains afterwards.
#include "camera.hpp"

#include "../processes/role.hpp"
#include "../processes/timing.hpp"

#include <atomic>

using namespace test;

namespace
{

// Publishes the segment at the port until it is ended, and says when it does.
const Role publish_role("publish", [](const Arguments &arguments) {
    Publisher publisher(std::stoi(arguments.at(1)));
    publisher.publish(arguments.at(0));
    std::puts("ready");
    std::fflush(stdout);
    std::this_thread::sleep_for(10min);
    return 0;
});

int free_port()
{
    return Publisher().port();
}

}

TEST(NetLife, SubscriberMayComeFirst)
{
    const int port = free_port();
    Subscriber subscriber{SubscriberOptions(port)};
    std::this_thread::sleep_for(200ms);
    EXPECT_EQ(subscriber.info().state, static_cast<uint32_t>(DAO_NET_CONNECTING));
    Camera camera;
    Publisher publisher(port);
    ASSERT_TRUE(subscriber.reaches(DAO_NET_WAITING));
    ASSERT_TRUE(comes_true([&] { return std::strstr(subscriber.info().message, "no such segment") != nullptr; }));
    publisher.publish(camera.name.text());
    camera.publish();
    EXPECT_TRUE(subscriber.receives(1));
}

TEST(NetLife, KilledPublisherIsFollowedWhenItComesAgain)
{
    Camera camera({4, 6}, 64);
    const int port = free_port();
    Subscriber subscriber(SubscriberOptions(port, DAO_NET_EVERY));
    camera.publish();
    for (int round = 0; round < 3; ++round)
    {
        Child child("publish", {camera.name.text(), std::to_string(port)});
        ASSERT_EQ(child.line(60s), "ready");
        camera.publish();
        ASSERT_TRUE(subscriber.receives(daoShmGetCounter(camera.image)));
        child.kill();
        camera.publish(); // meanwhile: not lost, the segment has it
        ASSERT_TRUE(subscriber.reaches(DAO_NET_CONNECTING));
    }
    const DAO_NET_INFO info = subscriber.info();
    EXPECT_EQ(info.lost, 0u);
    EXPECT_EQ(info.source_cnt0, 6u);
    EXPECT_EQ(info.frames, 5u); // from the second on, which was the newest when the first publisher came
}

// A new connection begins behind the last frame there is; then the camera's counter begins again.
TEST(NetLife, CameraThatStartsAgainAfterANewConnectionIsHeardFromItsFirstFrame)
{
    Camera camera({4, 6}, 64);
    const int port = free_port();
    auto publisher = std::make_unique<Publisher>(port);
    publisher->publish(camera.name.text());
    Subscriber subscriber(SubscriberOptions(port, DAO_NET_EVERY));
    for (int count = 0; count < 20; ++count)
        camera.publish();
    ASSERT_TRUE(subscriber.receives(20));
    publisher.reset();
    ASSERT_TRUE(subscriber.reaches(DAO_NET_CONNECTING));
    publisher = std::make_unique<Publisher>(port);
    publisher->publish(camera.name.text());
    ASSERT_TRUE(subscriber.reaches(DAO_NET_LIVE));
    const uint64_t before = subscriber.info().frames;
    require(daoShmCloseShm(camera.image), "close");
    camera.image.create(camera.name.text(), {4, 6}, _DATATYPE_FLOAT, 64, 8);
    for (int count = 0; count < 10; ++count)
        camera.publish();
    ASSERT_TRUE(subscriber.receives(10));
    EXPECT_EQ(subscriber.info().frames, before + 10);
    EXPECT_EQ(subscriber.info().lost, 0u);
}

// Answers meanwhile tell of a counter of 0: it is not that of the frames that came.
TEST(NetLife, CameraThatStartsAgainAndTakesItsTimeLosesNoFrame)
{
    Camera camera({4, 6}, 64);
    Publisher publisher;
    publisher.publish(camera.name.text());
    Subscriber subscriber(SubscriberOptions(publisher.port(), DAO_NET_EVERY));
    for (int count = 0; count < 20; ++count)
        camera.publish();
    ASSERT_TRUE(subscriber.receives(20));
    const uint64_t before = subscriber.info().frames;
    require(daoShmCloseShm(camera.image), "close");
    camera.image.create(camera.name.text(), {4, 6}, _DATATYPE_FLOAT, 64, 8);
    std::this_thread::sleep_for(1200ms); // two answers
    EXPECT_EQ(subscriber.info().state, DAO_NET_LIVE);
    for (int count = 0; count < 10; ++count)
        camera.publish();
    ASSERT_TRUE(subscriber.receives(10));
    EXPECT_EQ(subscriber.info().frames, before + 10);
    EXPECT_EQ(subscriber.info().lost, 0u);
}

TEST(NetLife, ThreadsEndWithinATenthOfASecond)
{
    Camera camera;
    const Lateness lateness;
    std::vector<double> seconds;
    for (int count = 0; count < 9; ++count)
    {
        Publisher publisher;
        publisher.publish(camera.name.text());
        Subscriber subscriber(SubscriberOptions(publisher.port()));
        Subscriber lonely{SubscriberOptions(1)}; // nobody is there
        camera.publish();
        ASSERT_TRUE(subscriber.receives(daoShmGetCounter(camera.image)));
        for (Net *net : {static_cast<Net *>(&lonely), static_cast<Net *>(&subscriber), static_cast<Net *>(&publisher)})
        {
            const Clock::duration late_before = lateness.allowance();
            const auto begin = Clock::now();
            net->close();
            const Clock::duration taken = Clock::now() - begin;
            seconds.push_back(std::chrono::duration<double>(taken - (lateness.allowance() - late_before)).count());
        }
    }
    std::sort(seconds.begin(), seconds.end());
    EXPECT_LT(seconds[seconds.size() / 2], 0.1); // the machine may be busy with something else now and then
}

TEST(NetLife, AddressInUseIsAClearError)
{
    Publisher first;
    DAO_NET_PUBLISHER_OPTIONS options = DAO_NET_PUBLISHER_OPTIONS_INIT;
    options.bind = "127.0.0.1";
    options.port = first.port();
    DAO_NET *second = nullptr;
    EXPECT_EQ(daoNetOpenPublisher(&options, &second), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_NETWORK);
    EXPECT_NE(std::strstr(daoLastErrorMessage(), "cannot listen"), nullptr) << daoLastErrorMessage();
    EXPECT_EQ(second, nullptr);
}

TEST(NetLife, ManySegmentsAreOfferedAtOnePort)
{
    std::vector<std::unique_ptr<Camera>> cameras;
    std::vector<std::unique_ptr<Subscriber>> subscribers;
    Publisher publisher;
    for (int count = 0; count < 40; ++count)
    {
        cameras.push_back(std::make_unique<Camera>());
        publisher.publish(cameras.back()->name.text(), ("camera" + std::to_string(count)).c_str());
    }
    for (const char *topic : {"camera3", "camera30", "camera39"}) // the first is a prefix of two others
    {
        SubscriberOptions options(publisher.port());
        options.topic = topic;
        subscribers.push_back(std::make_unique<Subscriber>(options));
    }
    for (size_t index = 0; index < cameras.size(); ++index)
        cameras[index]->publish(static_cast<float>(index));
    const float expected[] = {3, 30, 39};
    for (size_t index = 0; index < subscribers.size(); ++index)
    {
        Image copy;
        subscribers[index]->open_copy(copy);
        EXPECT_EQ(newest(copy), frame_of(24, expected[index]));
    }
    std::vector<DAO_NET_OFFER> offers(50, DAO_NET_OFFER DAO_NET_OFFER_INIT);
    uint32_t count = 0;
    SubscriberOptions options(publisher.port());
    ASSERT_EQ(daoNetQueryOffers(&options, patience_ns, offers.data(), 50, &count), DAO_SUCCESS);
    ASSERT_EQ(count, 40u);
    EXPECT_STREQ(offers[39].topic, "camera39");
    EXPECT_EQ(offers[39].naxis, 2u);
    EXPECT_EQ(offers[39].shape[1], 6u);
    EXPECT_EQ(offers[39].cnt0, 1u);
    EXPECT_EQ(daoNetPublish(publisher, cameras[0]->name.c_str(), "camera39"), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_EXISTS);
    EXPECT_EQ(daoNetUnpublish(publisher, "camera40"), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_NOT_FOUND);
}

TEST(NetLife, NobodyToAskIsATimeLimitThatPassed)
{
    SubscriberOptions options(free_port());
    uint32_t count = 0;
    EXPECT_EQ(daoNetQueryOffers(&options, 300'000'000, nullptr, 0, &count), DAO_TIMEOUT);
}

TEST(NetLife, QuestionsEndByAnInterrupt)
{
    SubscriberOptions options(free_port());
    uint32_t count = 0;
    std::atomic<bool> is_over{false};
    std::thread other([&] {
        while (!is_over) // until it is under way
        {
            daoShmInterrupt();
            std::this_thread::sleep_for(10ms);
        }
    });
    EXPECT_EQ(daoNetQueryOffers(&options, patience_ns, nullptr, 0, &count), DAO_INTERRUPTED);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_INTERRUPTED);
    is_over = true;
    other.join();
}

TEST(NetLife, HandlesAreShownToOtherProcesses)
{
    Camera camera;
    SegmentName there;
    const int port = free_port();
    Child child("publish", {camera.name.text(), std::to_string(port)});
    ASSERT_EQ(child.line(60s), "ready");
    Subscriber subscriber(SubscriberOptions(port).into(there));
    camera.publish();
    ASSERT_TRUE(subscriber.receives(1));
    const auto shown = [](uint32_t pid) {
        std::vector<DAO_NET_INFO> infos(100, DAO_NET_INFO DAO_NET_INFO_INIT);
        uint32_t count = 0;
        require(daoNetList(infos.data(), 100, &count), "list");
        for (uint32_t index = 0; index < count; ++index)
            if (infos[index].pid == pid)
                return infos[index];
        return DAO_NET_INFO DAO_NET_INFO_INIT;
    };
    const auto pid = static_cast<uint32_t>(child.pid());
    ASSERT_TRUE(comes_true([&] { return shown(pid).frames == 1; }));
    EXPECT_EQ(shown(pid).role, static_cast<uint32_t>(DAO_NET_PUBLISHER));
    DAO_NET_PEER peer = DAO_NET_PEER_INIT;
    uint32_t count = 0;
    require(daoNetListPeers(pid, shown(pid).endpoint, &peer, 1, &count), "peers");
    EXPECT_EQ(count, 1u);
    EXPECT_EQ(peer.frames, 1u);
    DAO_NET_INFO found = DAO_NET_INFO_INIT;
    ASSERT_TRUE(comes_true([&] { return daoNetFind(there.c_str(), &found) == DAO_SUCCESS && found.source_cnt0 == 1; }));
    child.kill();
    EXPECT_TRUE(comes_true([&] { return shown(pid).pid == 0; })); // the dead are not shown
    EXPECT_EQ(daoNetFind(camera.name.c_str(), &found), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_NOT_FOUND);
}

TEST(NetLife, BadArgumentsAreErrors)
{
    DAO_NET *net = nullptr;
    EXPECT_EQ(daoNetOpenPublisher(nullptr, nullptr), DAO_ERROR);
    DAO_NET_PUBLISHER_OPTIONS publisher_options = DAO_NET_PUBLISHER_OPTIONS_INIT;
    publisher_options.size = 3;
    EXPECT_EQ(daoNetOpenPublisher(&publisher_options, &net), DAO_ERROR);
    publisher_options = DAO_NET_PUBLISHER_OPTIONS_INIT;
    publisher_options.port = 70000;
    EXPECT_EQ(daoNetOpenPublisher(&publisher_options, &net), DAO_ERROR);
    publisher_options = DAO_NET_PUBLISHER_OPTIONS_INIT;
    publisher_options.bind = "not an address";
    EXPECT_EQ(daoNetOpenPublisher(&publisher_options, &net), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_NETWORK);
    EXPECT_NE(std::strstr(daoLastErrorMessage(), "expected an address in numbers"), nullptr) << daoLastErrorMessage();
    publisher_options.bind = "\x1b[31mred";
    EXPECT_EQ(daoNetOpenPublisher(&publisher_options, &net), DAO_ERROR);
    EXPECT_EQ(std::strchr(daoLastErrorMessage(), '\x1b'), nullptr) << daoLastErrorMessage();
    publisher_options = DAO_NET_PUBLISHER_OPTIONS_INIT;
    publisher_options.clients = "/nowhere";
    EXPECT_EQ(daoNetOpenPublisher(&publisher_options, &net), DAO_ERROR);

    SubscriberOptions options(1);
    options.topic = "a\nb";
    EXPECT_EQ(daoNetOpenSubscriber(&options, &net), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_NAME);
    options = SubscriberOptions(70000);
    EXPECT_EQ(daoNetOpenSubscriber(&options, &net), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_ARGUMENT);
    EXPECT_NE(std::strstr(daoLastErrorMessage(), "70000"), nullptr) << daoLastErrorMessage();
    const std::string host_too_long(254, 'a');
    for (const char *host :
         {"*", "10.0.0.1/8", "eth0;10.0.0.1", "a b", "\x1b[31mred", "tcp://rtc", "-", "..", "]", "%eth0", "_rtc",
          "rtc:5556", "[rtc]", "[127.0.0.1]", "[::1", "::1]", "rtc%eth0", "10.0.0.1:", host_too_long.c_str()})
    {
        options = SubscriberOptions(1);
        options.host = host;
        EXPECT_EQ(daoNetOpenSubscriber(&options, &net), DAO_ERROR) << host;
        EXPECT_EQ(daoLastErrorCode(), DAO_E_ARGUMENT);
        EXPECT_EQ(std::strchr(daoLastErrorMessage(), '\x1b'), nullptr);
    }
    options = SubscriberOptions(1);
    EXPECT_EQ(daoNetQueryOffers(&options, 0, nullptr, 0, nullptr), DAO_ERROR) << "although nobody answers";
    EXPECT_EQ(daoLastErrorCode(), DAO_E_ARGUMENT);
    options = SubscriberOptions(1, 7);
    EXPECT_EQ(daoNetOpenSubscriber(&options, &net), DAO_ERROR);
    const std::string long_name(90, 'x');
    options = SubscriberOptions(1);
    options.name = long_name.c_str();
    EXPECT_EQ(daoNetOpenSubscriber(&options, &net), DAO_ERROR);
    EXPECT_EQ(net, nullptr);

    Publisher publisher;
    EXPECT_EQ(daoNetPublish(publisher, "/nowhere/at all.im.shm", nullptr), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_NOT_FOUND);
    Image closed;
    std::memset(static_cast<void *>(static_cast<IMAGE *>(closed)), 0, sizeof(IMAGE));
    EXPECT_EQ(daoNetPublishImage(publisher, closed, "x"), DAO_ERROR);
    EXPECT_EQ(daoNetOpenCopy(publisher, closed, 0), DAO_ERROR);
    uint32_t count = 0;
    EXPECT_EQ(daoNetListPeers(1, "tcp://127.0.0.1:1", nullptr, 0, &count), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_NOT_FOUND);
    EXPECT_EQ(daoNetListRefused(1, "tcp://127.0.0.1:1", nullptr, 0, &count), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_NOT_FOUND);
    EXPECT_EQ(daoNetClose(nullptr), DAO_SUCCESS);
    DAO_NET_INFO info = DAO_NET_INFO_INIT;
    EXPECT_EQ(daoNetGetInfo(nullptr, &info), DAO_ERROR);
    char topic[DAO_NET_TOPIC_SIZE];
    require(daoNetTopicOf("/tmp/a.b/wfs.im.shm", topic), "topic");
    EXPECT_STREQ(topic, "wfs");
    EXPECT_EQ(daoNetTopicOf("/tmp/\x1b[31m.im.shm", topic), DAO_ERROR);
}

// What was sent was sent, also of a segment that is offered no longer; and a rate is that of now.
TEST(NetLife, TotalsStayAndRatesFall)
{
    Camera camera, other;
    Publisher publisher;
    publisher.publish(camera.name.text(), "wfs");
    publisher.publish(other.name.text(), "dm");
    Subscriber subscriber(SubscriberOptions(publisher.port()).of("wfs"));
    ASSERT_TRUE(comes_true([&] {
        camera.publish();
        std::this_thread::sleep_for(10ms);
        return subscriber.info().frames_per_second > 5;
    }));
    EXPECT_TRUE(comes_true([&] { return subscriber.info().frames_per_second == 0; })) << "the camera stands still";
    const DAO_NET_INFO before = publisher.info();
    EXPECT_GT(before.frames, 5u);
    require(daoNetUnpublish(publisher, "wfs"), "unpublish");
    const DAO_NET_INFO after = publisher.info();
    EXPECT_GE(after.frames, before.frames);
    EXPECT_GE(after.bytes, before.bytes);
    EXPECT_EQ(after.segments, 1u);
}
