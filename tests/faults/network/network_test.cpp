// Opening, and frames under way, while calls of ZeroMQ and the system fail: an open succeeds or says why not and leaves
// nothing; what is open goes on by itself when the fault is over.
#include "../../network/net.hpp"
#include "seam.hpp"

#include <filesystem>
#include <iterator>

using namespace test;
using network_faults::Counted;
using network_faults::Fault;
using network_faults::Kind;

namespace
{

size_t entry_count(const char *folder)
{
    const std::filesystem::directory_iterator entries(folder);
    return static_cast<size_t>(std::distance(begin(entries), end(entries)));
}

// Handles show themselves in a folder of this test's own; and how many faults there were is told.
class StateFolder : public testing::Environment
{
  public:
    void SetUp() override { setenv("DAO_NET_STATE", (name_.folder() / "state").c_str(), 1); }
    void TearDown() override { std::printf("%zu faults happened\n", network_faults::happened_count()); }

  private:
    SegmentName name_;
};
[[maybe_unused]] const testing::Environment *const state = testing::AddGlobalTestEnvironment(new StateFolder);

// ZeroMQ ends its threads and closes what they had in its own time.
void expect_nothing_left(size_t descriptors, size_t threads)
{
    EXPECT_TRUE(comes_true([&] { return entry_count("/proc/self/fd") <= descriptors; }))
        << entry_count("/proc/self/fd") << " descriptors; before: " << descriptors;
    EXPECT_TRUE(comes_true([&] { return entry_count("/proc/self/task") <= threads; }))
        << entry_count("/proc/self/task") << " threads; before: " << threads;
}

struct Camera
{
    Camera()
    {
        image.create(name.text(), {8, 8}, _DATATYPE_FLOAT, 8);
        write(image, frame_of(64, 1));
    }
    SegmentName name;
    Image image;
    float value = 1;
    void write_next() { write(image, frame_of(64, ++value)); }
};

DAO_NET_PUBLISHER_OPTIONS publisher_options()
{
    DAO_NET_PUBLISHER_OPTIONS options = DAO_NET_PUBLISHER_OPTIONS_INIT;
    options.port = -1;
    options.bind = "127.0.0.1";
    return options;
}

std::string state_of(DAO_NET *net)
{
    DAO_NET_INFO info = DAO_NET_INFO_INIT;
    require(daoNetGetInfo(net, &info), "information");
    return "state " + std::to_string(info.state) + ": " + info.message;
}

// As a camera goes on, a frame is received that was written after this call.
bool frames_arrive(Camera &camera, const Subscriber &subscriber)
{
    return comes_true([&] {
        camera.write_next();
        const auto wanted = static_cast<uint64_t>(camera.value);
        return comes_true([&] { return subscriber.info().source_cnt0 == wanted; }, 100ms);
    });
}

int_fast8_t open_and_publish(const std::string &name, DAO_NET **net)
{
    const Counted counted;
    const DAO_NET_PUBLISHER_OPTIONS options = publisher_options();
    int_fast8_t status = daoNetOpenPublisher(&options, net);
    if (status != DAO_SUCCESS)
        return status;
    status = daoNetPublish(*net, name.c_str(), nullptr);
    return status;
}

}

TEST(NetworkFaults, PublisherOpensOrSaysWhyNotAndLeavesNothing)
{
    Camera camera;
    const auto open = [&](DAO_NET **net) { return open_and_publish(camera.name.text(), net); };
    DAO_NET *first = nullptr;
    require(open(&first), "publisher without a fault");
    require(daoNetClose(first), "close");
    std::this_thread::sleep_for(50ms);
    const size_t descriptors = entry_count("/proc/self/fd"), threads = entry_count("/proc/self/task");
    for (size_t index = 0; index < 100; ++index)
        for (const bool persists : {false, true})
        {
            DAO_NET *net = nullptr;
            int_fast8_t status = DAO_ERROR;
            std::string call;
            {
                const Fault fault("", index, 0, persists);
                status = open(&net);
                call = fault.call();
            }
            SCOPED_TRACE("call " + std::to_string(index) + ", " + call + (persists ? ", from now on" : ""));
            if (status != DAO_SUCCESS)
            {
                EXPECT_NE(daoLastErrorCode(), DAO_E_NONE);
                EXPECT_NE(daoLastErrorMessage()[0], 0);
            }
            if (net != nullptr)
                require(daoNetClose(net), "close");
        }
    expect_nothing_left(descriptors, threads);
}

// Where there are no descriptors or no memory for it, too: the program goes on.
TEST(NetworkFaults, ClosingEndsWhateverFails)
{
    Camera camera;
    const size_t descriptors = entry_count("/proc/self/fd"), threads = entry_count("/proc/self/task");
    for (const Kind &kind : network_faults::kinds())
        for (const size_t index : {0u, 1u, 2u})
        {
            SCOPED_TRACE(std::string(kind.name) + " number " + std::to_string(index) + ", from now on");
            DAO_NET *publisher = nullptr, *subscriber = nullptr;
            require(open_and_publish(camera.name.text(), &publisher), "publisher");
            DAO_NET_INFO info = DAO_NET_INFO_INIT;
            require(daoNetGetInfo(publisher, &info), "information");
            const SubscriberOptions options(std::stoi(std::strrchr(info.endpoint, ':') + 1));
            require(daoNetOpenSubscriber(&options, &subscriber), "subscriber");
            int_fast8_t subscriber_closed = DAO_ERROR, publisher_closed = DAO_ERROR;
            {
                const Fault fault(kind.name, index, 0, true);
                const Counted counted;
                subscriber_closed = daoNetClose(subscriber);
                publisher_closed = daoNetClose(publisher);
            }
            EXPECT_EQ(subscriber_closed, DAO_SUCCESS);
            EXPECT_EQ(publisher_closed, DAO_SUCCESS);
        }
    expect_nothing_left(descriptors, threads);
}

TEST(NetworkFaults, SubscriberOpensOrSaysWhyNotAndGetsFrames)
{
    Camera camera;
    const size_t descriptors = entry_count("/proc/self/fd"), threads = entry_count("/proc/self/task");
    Publisher publisher;
    publisher.publish(camera.name.text());
    for (size_t index = 0; index < 40; ++index)
        for (const bool persists : {false, true})
        {
            DAO_NET *net = nullptr;
            int_fast8_t status = DAO_ERROR;
            const SubscriberOptions options(publisher.port());
            std::string call;
            {
                const Fault fault("", index, 0, persists);
                {
                    const Counted counted;
                    status = daoNetOpenSubscriber(&options, &net);
                }
                std::this_thread::sleep_for(2ms); // its thread meets the fault, too
                call = fault.call();
            }
            SCOPED_TRACE("call " + std::to_string(index) + ", " + call + (persists ? ", for a while" : ""));
            if (status != DAO_SUCCESS)
            {
                EXPECT_NE(daoLastErrorMessage()[0], 0);
                continue;
            }
            Image copy;
            EXPECT_EQ(daoNetOpenCopy(net, copy.taken(), patience_ns), DAO_SUCCESS) << state_of(net);
            require(daoNetClose(net), "close");
        }
    publisher.close(); // it may not have noticed the end of each connection
    expect_nothing_left(descriptors, threads);
}

TEST(NetworkFaults, FramesArriveAgainWhenTheFaultIsOver)
{
    Camera camera;
    Publisher publisher;
    publisher.publish(camera.name.text());
    Subscriber subscriber{SubscriberOptions(publisher.port())};
    ASSERT_TRUE(subscriber.receives(1));
    size_t happened = 0;
    for (const Kind &kind : network_faults::kinds())
        for (const int error : kind.errors)
            for (const size_t index : {0u, 1u, 2u, 3u, 5u, 9u})
                for (const bool persists : {false, true})
                {
                    SCOPED_TRACE(std::string(kind.name) + " number " + std::to_string(index) + ": " +
                                 std::strerror(error) + (persists ? ", for a while" : ""));
                    {
                        const Fault fault(kind.name, index, error, persists);
                        for (int frames = 0; frames < 4; ++frames)
                        {
                            camera.write_next();
                            std::this_thread::sleep_for(1ms);
                        }
                        happened += fault.happened() ? 1u : 0u;
                    }
                    ASSERT_TRUE(frames_arrive(camera, subscriber))
                        << "publisher: " << state_of(publisher) << "; subscriber: " << state_of(subscriber);
                }
    EXPECT_GT(happened, 10u); // many kinds are called when a connection begins
    EXPECT_TRUE(subscriber.reaches(DAO_NET_LIVE));
    EXPECT_TRUE(comes_true([&] { return publisher.info().state == DAO_NET_LIVE; }));
}

// A subscriber that failed begins anew with all that it needs for a connection; each call on this way fails once.
TEST(NetworkFaults, SubscriberThatBeginsAnewOutlivesAFaultOnTheWay)
{
    Camera camera;
    Publisher publisher;
    publisher.publish(camera.name.text());
    Subscriber subscriber{SubscriberOptions(publisher.port())};
    ASSERT_TRUE(subscriber.receives(1));
    size_t happened = 0;
    for (const char *kind :
         {"zmq_socket", "zmq_setsockopt", "zmq_bind", "zmq_getsockopt", "zmq_connect", "zmq_socket_monitor"})
        for (const size_t index : {0u, 1u, 2u})
        {
            SCOPED_TRACE(std::string(kind) + " number " + std::to_string(index));
            {
                const Fault fault("zmq_poll", 0, EFAULT, true);
                ASSERT_TRUE(subscriber.reaches(DAO_NET_FAILED));
            }
            const Fault fault(kind, index, 0, false);
            ASSERT_TRUE(frames_arrive(camera, subscriber)) << state_of(subscriber);
            happened += fault.happened() ? 1u : 0u;
        }
    EXPECT_GT(happened, 5u); // some of these calls are there but once
}
