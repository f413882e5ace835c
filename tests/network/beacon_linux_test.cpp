// Publishers that announce themselves, and who listens for them: over an interface that is not loopback, in a network namespace
// of their own.
#include "../processes/role.hpp"
#include "namespaces_linux.hpp"
#include "net.hpp"

#include <array>
#include <atomic>
#include <netinet/in.h>
#include <set>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace
{

using namespace test;

constexpr const char *set_up = "ip link set lo up && ip link add cable type veth peer name plug && "
                               "ip address add 10.77.1.1/24 dev cable && ip link set cable up && ip link set plug up";

// The exit code of that line of the shell.
int run_in_own_network(const std::string &line)
{
    return run_in_namespaces("--net", set_up + (" && " + line));
}

void expect(bool holds, const char *what)
{
    if (!holds)
        throw std::runtime_error(std::string(what) + "; last error: " + daoLastErrorMessage());
}

struct AnnouncedPublisher : Net
{
    explicit AnnouncedPublisher(const char *address)
    {
        DAO_NET_PUBLISHER_OPTIONS options = DAO_NET_PUBLISHER_OPTIONS_INIT;
        options.port = -1;
        options.bind = address;
        require(daoNetOpenPublisher(&options, &net_), "publisher");
        require(daoNetAnnounce(net_, 1), "announce");
    }
    std::string found_at() const
    {
        const std::string endpoint = info().endpoint;
        return "tcp://10.77.1.1" + endpoint.substr(endpoint.rfind(':'));
    }
};

std::set<std::string> discover(int64_t time_ns)
{
    std::array<char[DAO_NET_ENDPOINT_SIZE], 8> endpoints;
    uint32_t count = 0;
    require(daoNetDiscover(time_ns, endpoints.data(), 8, &count), "discover");
    return {endpoints.data(), endpoints.data() + count};
}

void find_those_that_announce_themselves()
{
    const AnnouncedPublisher everywhere("*"), at_one_address("10.77.1.1"), at_loopback("127.0.0.1");
    const std::set<std::string> wanted = {everywhere.found_at(), at_one_address.found_at()};
    expect(comes_true([&] { return discover(500'000'000) == wanted; }), "both are found, not the one at loopback");

    char endpoint[1][DAO_NET_ENDPOINT_SIZE];
    expect(comes_true([&] {
               uint32_t count = 0;
               require(daoNetDiscover(1'100'000'000, endpoint, 1, &count), "discover with little room");
               return count == 2 && wanted.count(endpoint[0]) == 1;
           }),
           "all are counted, and as many are listed as there is room for");

    require(daoNetAnnounce(everywhere, 0), "announce no more");
    expect(discover(1'500'000'000).count(everywhere.found_at()) == 0, "who announces itself no more is not found");
    expect(comes_true([&] { return discover(500'000'000).count(at_one_address.found_at()) == 1; }), "the other is");
}

void refuse_and_interrupt()
{
    uint32_t count = 0;
    expect(daoNetDiscover(-1, nullptr, 0, &count) == DAO_ERROR && daoLastErrorCode() == DAO_E_ARGUMENT,
           "a negative time is refused");
    std::atomic<bool> is_over{false};
    std::thread interrupter([&] {
        while (!is_over)
        {
            daoShmInterrupt();
            std::this_thread::sleep_for(20ms);
        }
    });
    const int_fast8_t status = daoNetDiscover(3600'000'000'000, nullptr, 0, &count);
    is_over = true;
    interrupter.join();
    expect(status == DAO_INTERRUPTED, "an hour of listening ends by an interrupt");
}

const Role find_each_other("find-each-other", [](const Arguments &) {
    try
    {
        find_those_that_announce_themselves();
        refuse_and_interrupt();
    }
    catch (const std::exception &error)
    {
        say(error.what());
        return 1;
    }
    return 0;
});

// The emulator of Debian 12 for other processors cannot: nobody is announced there.
bool an_interface_can_be_chosen()
{
    const int file = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const in_addr address{htonl(INADDR_LOOPBACK)};
    const bool can = setsockopt(file, IPPROTO_IP, IP_MULTICAST_IF, &address, sizeof address) == 0;
    close(file);
    return can;
}

TEST(NetBeacon, WhoListensFindsThoseThatAnnounceThemselves)
{
    if (!an_interface_can_be_chosen())
        GTEST_SKIP() << "no IP_MULTICAST_IF here";
    if (run_in_own_network("true") != 0)
        GTEST_SKIP() << "no network namespace with an interface of its own here";
    EXPECT_EQ(run_in_own_network(role_line("find-each-other")), 0);
}

}
