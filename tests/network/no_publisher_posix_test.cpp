// Ports of which something answers that is no publisher, or nothing: the state says what is known.
#include "camera.hpp"
#include "proxy_posix.hpp"

#include <sys/socket.h>

using namespace test;

namespace
{

// Each connection is told `greeting`, and ended when `ends` or else kept.
class OtherServer
{
  public:
    OtherServer(std::string greeting, bool ends) : listener_(tcp_socket())
    {
        sockaddr_in address = {};
        socklen_t size = sizeof address;
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::bind(listener_, reinterpret_cast<sockaddr *>(&address), size) != 0 || ::listen(listener_, 64) != 0 ||
            ::getsockname(listener_, reinterpret_cast<sockaddr *>(&address), &size) != 0)
            throw std::runtime_error("server: cannot listen");
        port = ntohs(address.sin_port);
        thread_ = std::thread([this, greeting = std::move(greeting), ends] { run(greeting, ends); });
    }
    ~OtherServer()
    {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        for (const int connection : connections_)
            ::close(connection);
        ::close(listener_);
    }

    int port = 0;

  private:
    void run(const std::string &greeting, bool ends)
    {
        for (int connection = 0; (connection = ::accept(listener_, nullptr, nullptr)) >= 0;)
        {
            (void)!::send(connection, greeting.data(), greeting.size(), MSG_NOSIGNAL);
            if (ends)
                ::close(connection);
            else
                connections_.push_back(connection);
        }
    }

    int listener_;
    std::vector<int> connections_;
    std::thread thread_;
};

void expect_to_be_told_of(int port, int64_t query_ns)
{
    const Subscriber subscriber{SubscriberOptions(port)};
    const SubscriberOptions options(port);
    uint32_t count = 0;
    EXPECT_TRUE(comes_true([&] { return daoNetQueryOffers(&options, query_ns, nullptr, 0, &count) == DAO_ERROR; }));
    EXPECT_EQ(daoLastErrorCode(), DAO_E_NETWORK) << daoLastErrorMessage();
    EXPECT_NE(std::strstr(daoLastErrorMessage(), "what is at that port"), nullptr) << daoLastErrorMessage();
    EXPECT_TRUE(comes_true([&] { return std::strstr(subscriber.info().message, "what is at that port") != nullptr; }));
    EXPECT_EQ(subscriber.info().state, DAO_NET_CONNECTING) << subscriber.info().message;
}

}

TEST(NetNoPublisher, PortsOfOthersAreNotSaidToRefuseKeys)
{
    constexpr int64_t second_ns = 1'000'000'000, longer_than_the_handshake_ns = 7 * second_ns;
    for (const char *greeting : {"", "HTTP/1.1 400 Bad Request\r\n\r\n"})
    {
        const OtherServer server(greeting, true);
        expect_to_be_told_of(server.port, second_ns);
    }
    for (const char *greeting : {"", "SSH-2.0-OpenSSH_9.2p1\r\n"})
    {
        const OtherServer server(greeting, false);
        expect_to_be_told_of(server.port, longer_than_the_handshake_ns);
    }
}

TEST(NetNoPublisher, LinkThatIsDownDuringTheHandshakeIsNotSaidToRefuseKeys)
{
    Camera camera;
    Publisher publisher;
    publisher.publish(camera.name.text());
    camera.publish();
    Proxy proxy(publisher.port());
    proxy.set_down(true);
    const Subscriber subscriber{SubscriberOptions(proxy.port())};
    EXPECT_TRUE(comes_true([&] { return subscriber.info().message[0] != 0; }));
    EXPECT_EQ(subscriber.info().state, DAO_NET_CONNECTING) << subscriber.info().message;
    EXPECT_EQ(publisher.info().refused, 0u);
    proxy.set_down(false);
    EXPECT_TRUE(subscriber.receives(1)) << subscriber.info().message;
}

// One side notices, and ends the handshake; the other may hear of that alone, until a later try.
TEST(NetNoPublisher, KeysOnOneSideAreSaidToBeThat)
{
    if (daoNetHasEncryption() == 0)
        GTEST_SKIP() << "this libzmq cannot encrypt";
    SegmentName folder;
    const std::string path = (folder.folder() / "key").string();
    require(daoNetMakeKeys(path.c_str()), "keys");
    Publisher closed(-1, path.c_str()), open;
    const Subscriber without{SubscriberOptions(closed.port())};
    EXPECT_TRUE(comes_true([&] { return std::strstr(without.info().message, "has keys") != nullptr; }));
    SubscriberOptions careful(open.port());
    const std::string key = path + ".pub";
    careful.server_key = key.c_str();
    const Subscriber with(careful);
    EXPECT_TRUE(with.reaches(DAO_NET_REFUSED)) << with.info().message;
    EXPECT_TRUE(comes_true([&] { return closed.info().refused > 0 && open.info().refused > 0; }));
}
