// What is left when all is closed: no descriptor, no thread; and what a forked child has.
#include "camera.hpp"

#include <dirent.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.hpp>

using namespace test;

namespace
{

size_t entries(const char *folder)
{
    size_t count = 0;
    DIR *directory = ::opendir(folder);
    while (directory != nullptr && ::readdir(directory) != nullptr)
        ++count;
    ::closedir(directory);
    return count;
}

size_t descriptors()
{
    return entries("/proc/self/fd");
}

size_t threads()
{
    return entries("/proc/self/task");
}

void use_once(Camera &camera)
{
    Publisher publisher;
    publisher.publish(camera.name.text());
    SegmentName there;
    SubscriberOptions options(publisher.port(), DAO_NET_EVERY);
    options.name = there.c_str();
    Subscriber named(options), unnamed(SubscriberOptions(publisher.port()));
    camera.publish();
    const uint64_t cnt0 = daoShmGetCounter(camera.image);
    ASSERT_TRUE(named.receives(cnt0) && unnamed.receives(cnt0));
    Image copy;
    unnamed.open_copy(copy);
}

}

TEST(NetRemains, NoDescriptorNorThreadIsLeft)
{
    Camera camera;
    use_once(camera);
    const size_t descriptors_before = descriptors(), threads_before = threads();
    for (int count = 0; count < 20; ++count)
        use_once(camera);
    // A thread that was joined may still be listed for a moment.
    EXPECT_TRUE(comes_true([&] { return threads() <= threads_before; })) << threads() << " after " << threads_before;
    EXPECT_LE(descriptors(), descriptors_before);
}

TEST(NetRemains, TenThousandConnectsLeaveNothing)
{
    Camera camera;
    Publisher publisher;
    publisher.publish(camera.name.text());
    Subscriber subscriber(SubscriberOptions(publisher.port()));
    camera.publish();
    ASSERT_TRUE(subscriber.receives(1));
    const size_t descriptors_before = descriptors(), threads_before = threads();
    {
        zmq::context_t context;
        for (int round = 0; round < 100; ++round)
        {
            std::vector<zmq::socket_t> sockets;
            for (int count = 0; count < 100; ++count)
            {
                sockets.emplace_back(context, zmq::socket_type::sub);
                sockets.back().set(zmq::sockopt::subscribe, "");
                sockets.back().set(zmq::sockopt::linger, 0);
                sockets.back().connect("tcp://127.0.0.1:" + std::to_string(publisher.port()));
            }
            if (round % 10 == 0) // the others go before they are served
            {
                ASSERT_TRUE(comes_true([&] {
                    zmq::message_t part;
                    return sockets.front().recv(part, zmq::recv_flags::dontwait).has_value();
                }));
            }
            sockets.clear();
            ASSERT_TRUE(comes_true([&] { return descriptors() <= descriptors_before + 100; })) << round;
        }
    }
    camera.publish();
    EXPECT_TRUE(subscriber.receives(2));
    EXPECT_TRUE(comes_true([&] { return descriptors() <= descriptors_before && threads() <= threads_before; }))
        << descriptors() << " descriptors after " << descriptors_before;
}

TEST(NetRemains, ForkedChildIsWithoutNetworkAndEnds)
{
    Camera camera;
    Publisher publisher;
    publisher.publish(camera.name.text());
    Subscriber subscriber(SubscriberOptions(publisher.port()));
    camera.publish();
    ASSERT_TRUE(subscriber.receives(1));
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0)
    {
        ::alarm(30); // a child that hangs is killed, and its exit code is none
        DAO_NET_INFO info = DAO_NET_INFO_INIT;
        int failed = 0;
        failed |= daoNetGetInfo(publisher, &info) == DAO_ERROR && daoLastErrorCode() == DAO_E_STATE ? 0 : 1;
        failed |= daoNetPublish(publisher, camera.name.c_str(), "x") == DAO_ERROR ? 0 : 2;
        Image copy;
        failed |= daoNetOpenCopy(subscriber, copy, -1) == DAO_ERROR ? 0 : 4;
        publisher.close();
        subscriber.close();
        {
            // And with a network of its own.
            Publisher own;
            own.publish(camera.name.text());
            Subscriber to_own(SubscriberOptions(own.port()));
            failed |= to_own.receives(1) ? 0 : 8;
        }
        ::_exit(failed);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
    camera.publish();
    EXPECT_TRUE(subscriber.receives(2));
}
