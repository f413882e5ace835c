// What is left when all is closed: no descriptor, no thread; and what a forked child has.
#include "camera.hpp"

#include "../processes/timing.hpp"

#include <cstdlib>
#include <dirent.h>
#include <filesystem>
#include <fstream>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
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

// What they are, for a failure.
std::string descriptor_list()
{
    std::string list;
    for (const auto &entry : std::filesystem::directory_iterator("/proc/self/fd"))
    {
        std::error_code gone;
        list +=
            entry.path().filename().string() + ": " + std::filesystem::read_symlink(entry.path(), gone).string() + "\n";
    }
    return list;
}

// By which the handles of this process show themselves to others.
std::vector<std::filesystem::path> records()
{
    const char *wanted = std::getenv("DAO_NET_STATE");
    const std::filesystem::path folder = wanted != nullptr ? wanted : "/tmp/daoNet-" + std::to_string(::geteuid());
    const std::string own = std::to_string(::getpid()) + "-";
    std::vector<std::filesystem::path> found;
    for (const auto &entry : std::filesystem::directory_iterator(folder))
        if (entry.path().filename().string().starts_with(own))
            found.push_back(entry.path());
    return found;
}

size_t threads()
{
    return entries("/proc/self/task");
}

uint16_t port_of(int descriptor, decltype(::getsockname) *query)
{
    sockaddr_storage address = {};
    socklen_t size = sizeof address;
    if (query(descriptor, reinterpret_cast<sockaddr *>(&address), &size) != 0)
        return 0;
    if (address.ss_family == AF_INET6)
        return ntohs(reinterpret_cast<sockaddr_in6 &>(address).sin6_port);
    return address.ss_family == AF_INET ? ntohs(reinterpret_cast<sockaddr_in &>(address).sin_port) : uint16_t{0};
}

// Sockets of this process at either end of that port.
int sockets_at(int port)
{
    int count = 0;
    for (int descriptor = 0; descriptor < 1024; ++descriptor)
        count += port_of(descriptor, ::getsockname) == port || port_of(descriptor, ::getpeername) == port ? 1 : 0;
    return count;
}

void use_once(Camera &camera)
{
    Publisher publisher;
    publisher.publish(camera.name.text());
    SegmentName there;
    Subscriber named(SubscriberOptions(publisher.port(), DAO_NET_EVERY).into(there));
    Subscriber unnamed(SubscriberOptions(publisher.port()));
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

TEST(NetRemains, PublisherSaysThatItLacksADescriptorForAConnection)
{
    Publisher publisher;
    rlimit before = {};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int first_free = ::dup(STDERR_FILENO);
    ::close(first_free);
    const rlimit few{static_cast<rlim_t>(first_free), before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(publisher.port()));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int connected = ::connect(client, reinterpret_cast<sockaddr *>(&address), sizeof address);
    const bool is_told = comes_true([&] { return publisher.info().state == DAO_NET_FAILED; });
    const std::string message = publisher.info().message;
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_EQ(connected, 0);
    EXPECT_TRUE(is_told);
    EXPECT_NE(message.find("too many open files"), std::string::npos) << message;
    EXPECT_TRUE(comes_true([&] { return publisher.info().state == DAO_NET_LIVE; }));
    EXPECT_STREQ(publisher.info().message, "");
    ::close(client);
}

// Who clears temporary folders may remove it.
TEST(NetRemains, HandleShowsItselfAgainWhereItsRecordWasRemoved)
{
    Publisher publisher;
    ASSERT_TRUE(comes_true([&] { return !records().empty(); }));
    for (const std::filesystem::path &record : records())
        std::filesystem::remove(record);
    EXPECT_TRUE(comes_true([&] { return !records().empty(); }, 10s));
    publisher.close();
    EXPECT_TRUE(records().empty());
}

// libzmq ends the process when it cannot get one that it needs.
TEST(NetRemains, WantOfDescriptorsIsAnError)
{
    Camera camera;
    Publisher publisher;
    publisher.publish(camera.name.text());
    camera.publish();
    rlimit before = {};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const int first_free = ::dup(STDERR_FILENO);
    ::close(first_free);
    int refused = 0, opened = 0;
    for (rlim_t more = 0; more < 40; more += 2)
    {
        const rlimit few{static_cast<rlim_t>(first_free) + more, before.rlim_max};
        ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
        const SubscriberOptions options(publisher.port());
        DAO_NET *net = nullptr;
        if (daoNetOpenSubscriber(&options, &net) == DAO_SUCCESS)
        {
            ++opened;
            EXPECT_EQ(daoNetClose(net), DAO_SUCCESS);
        }
        else
        {
            ++refused;
            EXPECT_NE(std::strstr(daoLastErrorMessage(), "descriptors"), nullptr) << daoLastErrorMessage();
        }
        uint32_t count = 0;
        if (daoNetQueryOffers(&options, patience_ns, nullptr, 0, &count) != DAO_SUCCESS)
        {
            EXPECT_NE(std::strstr(daoLastErrorMessage(), "descriptors"), nullptr) << daoLastErrorMessage();
        }
        DAO_NET_PUBLISHER_OPTIONS own = DAO_NET_PUBLISHER_OPTIONS_INIT;
        own.port = -1;
        own.bind = "127.0.0.1";
        if (daoNetOpenPublisher(&own, &net) == DAO_SUCCESS)
        {
            EXPECT_EQ(daoNetClose(net), DAO_SUCCESS);
        }
        else
        {
            EXPECT_NE(std::strstr(daoLastErrorMessage(), "descriptors"), nullptr) << daoLastErrorMessage();
        }
    }
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_GT(refused, 3);
    EXPECT_GT(opened, 3);
}

TEST(NetRemains, TenThousandConnectsLeaveNothing)
{
    Camera camera;
    Publisher publisher;
    publisher.publish(camera.name.text());
    Subscriber subscriber(SubscriberOptions(publisher.port()));
    camera.publish();
    ASSERT_TRUE(subscriber.receives(1));
    ASSERT_TRUE(comes_true([&] { return records().size() == 2; }));
    const size_t descriptors_before = descriptors(), threads_before = threads();
    const std::string list_before = descriptor_list();
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
        << descriptors() << " descriptors after " << descriptors_before << ", threads " << threads() << " after "
        << threads_before << "\n"
        << list_before << "then\n"
        << descriptor_list();
}

TEST(NetRemains, ForkedChildIsWithoutNetworkAndEnds)
{
    if (is_sanitized)
        GTEST_SKIP() << "a sanitizer's allocator may wait in the child for a thread that is not there";
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
        if (std::getenv("DAO_TEST_EMULATOR") == nullptr) // qemu gives up when a forked child starts threads
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

// A child that lives on keeps no port taken and no connection alive, and what is not the network's stays open in it.
TEST(NetRemains, ForkedChildLetsGoOfPortsAndConnections)
{
    Camera camera;
    auto publisher = std::make_unique<Publisher>();
    publisher->publish(camera.name.text());
    const int port = publisher->port();
    Subscriber subscriber{SubscriberOptions(port)};
    camera.publish();
    ASSERT_TRUE(subscriber.receives(1));
    EXPECT_EQ(sockets_at(port), 3); // who listens, and both ends of the connection
    const int own = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT_EQ(::listen(own, 1), 0);
    int ends[2] = {-1, -1};
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0)
    {
        ::alarm(120);
        char byte = static_cast<char>(sockets_at(port) == 0 && port_of(own, ::getsockname) != 0);
        (void)!::write(ends[1], &byte, 1);
        ::pause();
        ::_exit(0);
    }
    char was_well = 0;
    EXPECT_EQ(::read(ends[0], &was_well, 1), 1);
    EXPECT_EQ(was_well, 1);
    publisher.reset();
    publisher = std::make_unique<Publisher>(port); // it is free at once
    EXPECT_TRUE(comes_true([&] { return subscriber.info().connections == 2; }));
    publisher->publish(camera.name.text());
    camera.publish();
    EXPECT_TRUE(subscriber.receives(2));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    for (const int descriptor : {own, ends[0], ends[1]})
        ::close(descriptor);
}

// The thread that waits for frames wakes for frames, and for the library's own check of the segment ten times a second.
TEST(NetRemains, NothingIsPolledWhileNothingHappens)
{
#if defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "the thread sanitizer has a thread of its own that wakes ten times a second";
#endif
    Camera camera;
    Publisher publisher;
    publisher.publish(camera.name.text());
    const auto wakes = [] {
        uint64_t sum = 0;
        for (const auto &task : std::filesystem::directory_iterator("/proc/self/task"))
        {
            std::ifstream status(task.path() / "status");
            for (std::string word; status >> word;)
                if (word == "voluntary_ctxt_switches:")
                {
                    uint64_t count = 0;
                    status >> count;
                    sum += count;
                }
        }
        return sum;
    };
    std::this_thread::sleep_for(300ms);
    const uint64_t before = wakes();
    std::this_thread::sleep_for(3s);
    EXPECT_LE(wakes() - before,
              60u); // 10 a second for the segment, 2 for what is told of the publisher, and this thread
}
