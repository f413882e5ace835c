// A bad network between two ends on this machine: what comes to its port goes on to another one, late, slowly, or not at
// all.
#pragma once

#include "tcp_posix.hpp"

#include <arpa/inet.h>
#include <atomic>
#include <chrono>
#include <deque>
#include <fcntl.h>
#include <limits>
#include <list>
#include <mutex>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace test
{

class Proxy
{
  public:
    explicit Proxy(int target_port) : target_port_(target_port), listener_(tcp_socket())
    {
        sockaddr_in address = loopback(0);
        socklen_t size = sizeof address;
        if (::bind(listener_, reinterpret_cast<sockaddr *>(&address), size) != 0 || ::listen(listener_, 64) != 0 ||
            ::getsockname(listener_, reinterpret_cast<sockaddr *>(&address), &size) != 0)
            throw std::runtime_error("proxy: cannot listen");
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { run(); });
    }
    ~Proxy()
    {
        stops_ = true;
        thread_.join();
        ::close(listener_);
    }
    Proxy(const Proxy &) = delete;
    Proxy &operator=(const Proxy &) = delete;

    int port() const { return port_; }
    void set_target(int port) { target_port_ = port; }
    /** Bytes a second that get through, in each direction of each connection; 0: as fast as it goes. */
    void set_rate(long bytes_per_second) { rate_ = bytes_per_second; }
    /** Towards the subscriber only so many bytes more get through, all connections together, until this is called again;
     *  negative: any number. */
    void allow(long bytes) { limit_ = bytes < 0 ? no_limit : passed_ + bytes; }
    /** Every byte comes so much later. */
    void set_delay(std::chrono::milliseconds delay) { delay_ms_ = delay.count(); }
    /** Nothing gets through, and nobody is told: as without a cable. New connections are made, and lead nowhere. */
    void set_down(bool down) { down_ = down; }
    /** Resets every connection, with what is under way. */
    void reset_all() { ++resets_; }
    /** Resets every connection for the subscriber alone: what it has said still comes to the publisher, as late as ever. */
    void abandon_all() { ++abandonments_; }
    /** The subscriber gets bytes that the publisher has not sent, once by each connection that there is. */
    void inject(std::string_view bytes)
    {
        const std::lock_guard lock(mutex_);
        injected_.assign(bytes.begin(), bytes.end());
    }
    /** New connections are refused by a reset. */
    void set_refusing(bool refuse) { refuses_ = refuse; }

    long bytes_to_subscriber() const { return passed_; }
    int connections() const { return accepted_; }

  private:
    using Clock = std::chrono::steady_clock;
    static constexpr long no_limit = std::numeric_limits<long>::max();

    struct Piece
    {
        Clock::time_point due;
        std::vector<char> bytes;
    };
    struct Direction
    {
        int from = -1, to = -1;
        std::deque<Piece> pieces;
        size_t held = 0;
        double allowance = 0;
        Clock::time_point since = Clock::now();
        bool ended = false;
    };
    struct Connection
    {
        Direction up, down;
        bool is_abandoned = false;
    };

    static sockaddr_in loopback(int port)
    {
        sockaddr_in address = {};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(static_cast<uint16_t>(port));
        return address;
    }

    static void close_hard(int socket)
    {
        const linger at_once = {1, 0};
        ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        ::close(socket);
    }

    void accept_one()
    {
        const int client = accept_tcp(listener_);
        if (client < 0)
            return;
        ++accepted_;
        const int server = tcp_socket();
        const sockaddr_in address = loopback(target_port_);
        if (refuses_ || ::connect(server, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        {
            ::close(server);
            close_hard(client);
            return;
        }
        for (const int socket : {client, server})
        {
            const int on = 1, small = 64 * 1024;
            ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            if (rate_ > 0) // a slow link holds little
                for (const int which : {SO_SNDBUF, SO_RCVBUF})
                    ::setsockopt(socket, SOL_SOCKET, which, &small, sizeof small);
            ::fcntl(socket, F_SETFL, O_NONBLOCK);
        }
        Connection connection;
        connection.up.from = connection.down.to = client;
        connection.up.to = connection.down.from = server;
        connections_.push_back(std::move(connection));
    }

    void take(Direction &direction)
    {
        constexpr size_t most_held = 256 * 1024;
        std::vector<char> bytes(64 * 1024);
        while (!direction.ended && direction.held < most_held)
        {
            const ssize_t count = ::recv(direction.from, bytes.data(), bytes.size(), 0);
            if (count == 0 || (count < 0 && errno != EAGAIN))
                direction.ended = true;
            if (count <= 0)
                return;
            direction.held += static_cast<size_t>(count);
            direction.pieces.push_back(
                {Clock::now() + std::chrono::milliseconds(delay_ms_), {bytes.begin(), bytes.begin() + count}});
        }
    }

    bool give(Direction &direction, bool to_subscriber)
    {
        const auto now = Clock::now();
        const long rate = rate_;
        direction.allowance =
            std::min(direction.allowance +
                         std::chrono::duration<double>(now - direction.since).count() * static_cast<double>(rate),
                     static_cast<double>(rate) / 50 + 1);
        direction.since = now;
        while (!direction.pieces.empty() && direction.pieces.front().due <= now)
        {
            auto &bytes = direction.pieces.front().bytes;
            size_t most = rate > 0 ? std::min(bytes.size(), static_cast<size_t>(direction.allowance)) : bytes.size();
            if (to_subscriber)
                most = std::min(most, static_cast<size_t>(std::max(0L, limit_ - passed_)));
            const ssize_t count = most == 0 ? 0 : ::send(direction.to, bytes.data(), most, MSG_NOSIGNAL);
            if (count < 0 && errno != EAGAIN)
                return false;
            if (count <= 0)
                return true;
            direction.allowance -= static_cast<double>(count);
            direction.held -= static_cast<size_t>(count);
            if (to_subscriber)
                passed_ += count;
            bytes.erase(bytes.begin(), bytes.begin() + count);
            if (bytes.empty())
                direction.pieces.pop_front();
        }
        return !(direction.ended && direction.pieces.empty());
    }

    void end(Connection &connection)
    {
        if (!connection.is_abandoned)
            close_hard(connection.up.from);
        close_hard(connection.up.to);
    }

    void abandon(Connection &connection)
    {
        if (connection.is_abandoned)
            return;
        take(connection.up);
        close_hard(connection.up.from);
        connection.up.ended = connection.is_abandoned = true;
    }

    void inject()
    {
        const std::lock_guard lock(mutex_);
        for (Connection &connection : connections_)
            if (!injected_.empty())
            {
                connection.down.pieces.push_back({Clock::now(), injected_});
                connection.down.held += injected_.size();
            }
        injected_.clear();
    }

    bool serve(Connection &connection)
    {
        if (!connection.is_abandoned)
        {
            take(connection.up);
            take(connection.down);
        }
        return give(connection.up, false) && (connection.is_abandoned || give(connection.down, true));
    }

    void run()
    {
        int resets_seen = 0, abandonments_seen = 0;
        while (!stops_)
        {
            std::vector<pollfd> sockets = {{listener_, POLLIN, 0}};
            if (!down_)
                for (Connection &connection : connections_)
                    for (Direction *direction : {&connection.up, &connection.down})
                        if (!connection.is_abandoned)
                            sockets.push_back(
                                {direction->from, static_cast<short>(direction->held < 200'000 ? POLLIN : 0), 0});
            ::poll(sockets.data(), static_cast<nfds_t>(sockets.size()), 1);
            if (sockets[0].revents != 0)
                accept_one();
            if (resets_seen != resets_)
            {
                resets_seen = resets_;
                for (Connection &connection : connections_)
                    end(connection);
                connections_.clear();
            }
            if (abandonments_seen != abandonments_)
            {
                abandonments_seen = abandonments_;
                for (Connection &connection : connections_)
                    abandon(connection);
            }
            if (down_)
                continue;
            inject();
            for (auto at = connections_.begin(); at != connections_.end();)
            {
                if (serve(*at))
                {
                    ++at;
                    continue;
                }
                end(*at);
                at = connections_.erase(at);
            }
        }
        for (Connection &connection : connections_)
            end(connection);
    }

    std::atomic<int> target_port_;
    int listener_;
    int port_ = 0;
    std::list<Connection> connections_;
    std::atomic<long> rate_{0}, delay_ms_{0}, passed_{0}, limit_{no_limit};
    std::atomic<bool> down_{false}, refuses_{false}, stops_{false};
    std::atomic<int> resets_{0}, abandonments_{0}, accepted_{0};
    std::mutex mutex_; // of what follows
    std::vector<char> injected_;
    std::thread thread_;
};

}
