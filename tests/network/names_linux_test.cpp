// Hosts whose name server gives no answer, and names of several addresses, in a network and a mount namespace of the test's own.
#include "raw_zmq.hpp"

#include "../processes/role.hpp"
#include "../processes/timing.hpp"

#include <arpa/inet.h>
#include <cstring>
#include <fstream>
#include <gtest/gtest.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

namespace
{

using namespace test;

bool is_loopback_up(int socket)
{
    ifreq request = {};
    std::strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    return ioctl(socket, SIOCSIFFLAGS, &request) == 0;
}

// All that this process asks by name is asked at 127.0.0.1, where somebody listens and says nothing; with such options.
bool enter_place_with_mute_name_server(const std::string &file, const char *how = "")
{
    if (unshare(CLONE_NEWNS | CLONE_NEWNET) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
        return false;
    const int server = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(53);
    if (!is_loopback_up(server) || bind(server, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        return false;
    std::ofstream(file) << "nameserver 127.0.0.1\n" << how;
    return mount(file.c_str(), "/etc/resolv.conf", nullptr, MS_BIND, nullptr) == 0;
}

int64_t elapsed_ms(const std::function<void()> &action)
{
    return elapsed_ns(action) / millisecond_ns;
}

// Says how many milliseconds it takes to close a subscriber of such a host, and to ask it for half a second.
int play_asker(const Arguments &arguments)
{
    if (!enter_place_with_mute_name_server(arguments.at(0)))
    {
        say("impossible");
        return 0;
    }
    DAO_NET_SUBSCRIBER_OPTIONS options = DAO_NET_SUBSCRIBER_OPTIONS_INIT;
    options.host = "camera-host";
    DAO_NET *net = nullptr;
    require(daoNetOpenSubscriber(&options, &net), "subscriber");
    std::this_thread::sleep_for(milliseconds(300)); // it asks
    say(std::to_string(elapsed_ms([&] { require(daoNetClose(net), "close"); })));
    uint32_t count = 0;
    int_fast8_t status = DAO_SUCCESS;
    const int64_t asked_ms =
        elapsed_ms([&] { status = daoNetQueryOffers(&options, second_ns / 2, nullptr, 0, &count); });
    say(std::to_string(asked_ms) + " " + std::to_string(status));
    _exit(0); // as a program ends, whatever libzmq waits for
}

const Role asker("asker-by-name", play_asker);

// The name two-kinds stands for both loopback addresses here, as localhost does on most machines.
bool enter_place_with_two_kinds_of_addresses(const std::string &file)
{
    if (unshare(CLONE_NEWNS | CLONE_NEWNET) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
        return false;
    const int server = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in6 address = {};
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_loopback;
    if (!is_loopback_up(server) || bind(server, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        return false;
    std::ofstream(file) << "127.0.0.1 two-kinds\n::1 two-kinds\n";
    return mount(file.c_str(), "/etc/hosts", nullptr, MS_BIND, nullptr) == 0;
}

// Says, of a publisher at each of them and then at the first again, whether a subscriber that is there all the time and a question
// reach it by that name; and how often the subscriber connected.
int play_caller(const Arguments &arguments)
{
    if (!enter_place_with_two_kinds_of_addresses(arguments.at(0)))
    {
        say("impossible");
        return 0;
    }
    SubscriberOptions options(15555);
    options.host = "two-kinds";
    const Subscriber subscriber(options);
    for (const char *bind : {"127.0.0.1", "::1", "127.0.0.1"})
    {
        DAO_NET_PUBLISHER_OPTIONS place = DAO_NET_PUBLISHER_OPTIONS_INIT;
        place.port = options.port;
        place.bind = bind;
        DAO_NET *publisher = nullptr;
        require(daoNetOpenPublisher(&place, &publisher), "publisher");
        const bool is_reached = subscriber.reaches(DAO_NET_WAITING);
        uint32_t count = 0;
        const int_fast8_t status = daoNetQueryOffers(&options, 5 * second_ns, nullptr, 0, &count);
        std::this_thread::sleep_for(1500ms); // the other kind is not tried as long as this one is connected
        say(std::to_string(is_reached) + " " + std::to_string(status));
        require(daoNetClose(publisher), "close");
        subscriber.reaches(DAO_NET_CONNECTING);
    }
    say(std::to_string(subscriber.info().connections));
    return 0;
}

const Role caller("caller-by-name", play_caller);

// Says whether a publisher at one address is reached by a name, and a question to it, where another program of ZeroMQ's is at the other; and
// what the question is told when there is no publisher any more.
int play_beside_other(const Arguments &arguments)
{
    if (!enter_place_with_two_kinds_of_addresses(arguments.at(0)))
    {
        say("impossible");
        return 0;
    }
    SubscriberOptions options(15555);
    options.host = "two-kinds";
    zmq::context_t context;
    zmq::socket_t other(context, zmq::socket_type::rep);
    other.set(zmq::sockopt::linger, 0);
    other.set(zmq::sockopt::ipv6, true);
    other.bind("tcp://[::1]:15555");
    uint32_t count = 0;
    {
        const Publisher publisher(options.port);
        const Subscriber subscriber(options);
        const bool is_reached = subscriber.reaches(DAO_NET_WAITING);
        const int_fast8_t status = daoNetQueryOffers(&options, 5 * second_ns, nullptr, 0, &count);
        say(std::to_string(is_reached) + " " + std::to_string(status));
    }
    const int64_t asked_ms = elapsed_ms([&] { (void)daoNetQueryOffers(&options, 30 * second_ns, nullptr, 0, &count); });
    say(asked_ms < 15'000 ? daoLastErrorMessage() : "late");
    return 0;
}

const Role beside_other("beside-other", play_beside_other);

#if defined(UNLOAD_NETWORK)
// Becomes the program that unloads the library before the question ends, which then takes two seconds.
int play_unloader(const Arguments &arguments)
{
    if (!enter_place_with_mute_name_server(arguments.at(0), "options timeout:1 attempts:1\n"))
    {
        say("impossible");
        return 0;
    }
    say("possible");
    execl(UNLOAD_NETWORK, "unload_network", NETWORK_LIBRARY, "camera-host", nullptr);
    return 99;
}

const Role unloader("unloader", play_unloader);
#endif

// A file of a name server's address or of hosts, removed at the end.
struct ServerFile
{
    ~ServerFile() { unlink(name.c_str()); }
    const std::string name = "/tmp/daoShm-resolv-" + std::to_string(getpid());
};

// Why the tests of names cannot run; null where they can.
const char *obstacle()
{
#if defined(__SANITIZE_THREAD__)
    return "libzmq's thread reads the host's name by the standard library, neither built for the thread sanitizer";
#else
    return geteuid() != 0 ? "only root can make these namespaces" : nullptr;
#endif
}

}

TEST(NetNames, ThatNobodyResolvesKeepNobodyWaiting)
{
    if (const char *reason = obstacle())
        GTEST_SKIP() << reason;
    const ServerFile file;
    Child child("asker-by-name", {file.name});
    const std::string closed_ms = child.line(milliseconds(60'000));
    if (closed_ms == "impossible")
        GTEST_SKIP() << "no namespaces, or no /etc/resolv.conf, here";
    EXPECT_LT(std::stol("0" + closed_ms), 5'000) << "the resolver gives up after 20 s";
    long asked_ms = 0;
    int status = 0;
    const std::string asked = child.line(milliseconds(60'000));
    ASSERT_EQ(std::sscanf(asked.c_str(), "%ld %d", &asked_ms, &status), 2) << asked;
    EXPECT_GE(asked_ms, 500);
    EXPECT_LT(asked_ms, 8'000);
    EXPECT_NE(status, DAO_SUCCESS);
    EXPECT_EQ(child.wait(), 0);
}

TEST(NetNames, OfAnInterfaceStandsForItsIPv4Address)
{
    DAO_NET_PUBLISHER_OPTIONS options = DAO_NET_PUBLISHER_OPTIONS_INIT;
    options.port = -1;
    options.bind = "lo";
    DAO_NET *publisher = nullptr;
    require(daoNetOpenPublisher(&options, &publisher), "publisher");
    DAO_NET_INFO info = DAO_NET_INFO_INIT;
    require(daoNetGetInfo(publisher, &info), "information");
    EXPECT_EQ(std::string(info.endpoint).rfind("tcp://127.0.0.1:", 0), 0u) << info.endpoint;
    require(daoNetClose(publisher), "close");
}

TEST(NetNames, OfTwoKindsOfAddressesReachThePublisherAtEither)
{
    if (const char *reason = obstacle())
        GTEST_SKIP() << reason;
    const ServerFile file;
    Child child("caller-by-name", {file.name});
    const std::string first = child.line(patience);
    if (first == "impossible")
        GTEST_SKIP() << "no namespaces, no IPv6 or no /etc/hosts, here";
    EXPECT_EQ(first, "1 0");
    EXPECT_EQ(child.line(patience), "1 0");
    EXPECT_EQ(child.line(patience), "1 0");
    EXPECT_EQ(child.line(patience), "3");
    EXPECT_EQ(child.wait(), 0);
}

TEST(NetNames, OfTwoKindsOfAddressesReachThePublisherBesideAnotherProgram)
{
    if (const char *reason = obstacle())
        GTEST_SKIP() << reason;
    const ServerFile file;
    Child child("beside-other", {file.name});
    const std::string first = child.line(patience);
    if (first == "impossible")
        GTEST_SKIP() << "no namespaces, no IPv6 or no /etc/hosts, here";
    EXPECT_EQ(first, "1 0");
    EXPECT_EQ(child.line(patience), "what is at that port is no publisher");
    EXPECT_EQ(child.wait(), 0);
}

#if defined(UNLOAD_NETWORK)
// A question that nobody waits for ends in a thread of the library's, whoever has unloaded that meanwhile.
TEST(NetNames, QuestionOutlivesTheLibrarysUnloading)
{
    if (geteuid() != 0 || std::getenv("DAO_TEST_EMULATOR") != nullptr)
        GTEST_SKIP() << "only root can make these namespaces, and the kernel runs no program for another processor";
    const ServerFile file;
    Child child("unloader", {file.name});
    if (child.line(milliseconds(60'000)) == "impossible")
        GTEST_SKIP() << "no namespaces, or no /etc/resolv.conf, here";
    EXPECT_EQ(child.wait(), 0);
}
#endif
