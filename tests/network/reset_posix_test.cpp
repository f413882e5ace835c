// Connections that are reset while much of what they brought has not been looked at.
#include "camera.hpp"
#include "tcp_posix.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace test;

namespace
{

// ZMTP 3 by hand, without keys.
class RawPeer
{
  public:
    explicit RawPeer(int connection) : connection_(connection) {}
    ~RawPeer() { ::close(connection_); }
    RawPeer(const RawPeer &) = delete;
    RawPeer &operator=(const RawPeer &) = delete;

    void shake_hands(const std::string &type)
    {
        send(std::string("\xff\0\0\0\0\0\0\0\0\x7f\x03\x01NULL", 16) + std::string(48, '\0'));
        std::string greeting(64, '\0');
        ASSERT_EQ(::recv(connection_, greeting.data(), greeting.size(), MSG_WAITALL), 64);
        send(command("\x05READY\x0bSocket-Type" + std::string(3, '\0') + static_cast<char>(type.size()) + type));
        char ready = 0;
        ASSERT_EQ(::recv(connection_, &ready, 1, MSG_WAITALL), 1); // what the other side says then
    }
    // Messages of a byte, and a reset.
    void say_much_and_reset(bool has_heartbeats)
    {
        std::string all;
        for (int round = 0; round < 40; ++round)
        {
            for (int count = 0; count < 300; ++count)
                all += std::string("\0\1{", 3);
            if (has_heartbeats)
                all += command(std::string("\4PING\1\x2c", 7));
        }
        send(all);
        const linger at_once = {1, 0};
        ::setsockopt(connection_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }

  private:
    static std::string command(const std::string &body)
    {
        return std::string("\4") + static_cast<char>(body.size()) + body;
    }
    void send(const std::string &bytes) { (void)::send(connection_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }

    int connection_;
};

sockaddr_in loopback(int port)
{
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<uint16_t>(port));
    return address;
}

}

TEST(NetReset, PeersThatSaidMuchEndNoPublisher)
{
    Camera camera;
    Publisher publisher;
    publisher.publish(camera.name.text());
    Subscriber subscriber(SubscriberOptions(publisher.port()));
    for (int count = 0; count < 40; ++count)
    {
        const sockaddr_in address = loopback(publisher.port());
        const int connection = tcp_socket();
        ASSERT_EQ(::connect(connection, reinterpret_cast<const sockaddr *>(&address), sizeof address), 0);
        RawPeer peer(connection);
        peer.shake_hands("XSUB");
        peer.say_much_and_reset(false);
    }
    camera.publish();
    EXPECT_TRUE(subscriber.receives(1));
}

namespace
{

class RawPublisher
{
  public:
    RawPublisher()
    {
        sockaddr_in address = loopback(0);
        socklen_t size = sizeof address;
        require(::bind(listener_, reinterpret_cast<const sockaddr *>(&address), size) == 0, "bind");
        require(::listen(listener_, 8) == 0, "listen");
        require(::getsockname(listener_, reinterpret_cast<sockaddr *>(&address), &size) == 0, "name");
        port_ = ntohs(address.sin_port);
    }
    ~RawPublisher() { ::close(listener_); }
    RawPublisher(const RawPublisher &) = delete;
    RawPublisher &operator=(const RawPublisher &) = delete;

    int port() const { return port_; }
    void serve_once(bool has_heartbeats)
    {
        RawPeer peer(::accept(listener_, nullptr, nullptr));
        peer.shake_hands("XPUB");
        peer.say_much_and_reset(has_heartbeats);
    }

  private:
    static void require(bool is_done, const char *what)
    {
        if (!is_done)
            throw std::runtime_error(what);
    }

    int listener_ = tcp_socket();
    int port_ = 0;
};

}

TEST(NetReset, PublishersThatSentMuchEndNoSubscriber)
{
    RawPublisher publisher;
    Subscriber subscriber(SubscriberOptions(publisher.port()));
    for (int count = 0; count < 5; ++count)
        publisher.serve_once(false); // it connects again
    EXPECT_TRUE(subscriber.reaches(DAO_NET_CONNECTING));
}

// A forged beacon may lead there.
TEST(NetReset, WhatIsNoPublisherEndsNobodyWhoAsks)
{
    for (int count = 0; count < 5; ++count)
    {
        RawPublisher publisher;
        std::thread serving([&] { publisher.serve_once(true); });
        DAO_NET_SUBSCRIBER_OPTIONS options = DAO_NET_SUBSCRIBER_OPTIONS_INIT;
        options.host = "127.0.0.1";
        options.port = publisher.port();
        uint32_t offers = 0;
        EXPECT_NE(daoNetQueryOffers(&options, 1'000'000'000, nullptr, 0, &offers), DAO_SUCCESS);
        serving.join();
    }
}
