// What publishers and subscribers share of ZeroMQ: messages, settings, ending a thread, hearing of connections.
#pragma once

#include "wire/json.hpp"

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>
#include <zmq.hpp>

namespace dao::net
{

using Parts = std::vector<zmq::message_t>;

inline std::string_view view(const zmq::message_t &part)
{
    return {static_cast<const char *>(part.data()), part.size()};
}

// The next message, or none when there is none now. Parts past `part_limit` are dropped, and `is_whole` is false then.
bool receive(zmq::socket_t &socket, Parts &parts, bool &is_whole, size_t part_limit = 4);

// The public key with which the message's connection was made, empty without encryption.
std::string user_of(const zmq::message_t &part);

// What tells the connections by which messages came from each other, as long as they last; -1 where libzmq does not say.
int connection_of(zmq::message_t &part);

// "tcp://HOST:PORT", with an IPv6 address in brackets.
std::string endpoint_of(const std::string &host, int port);

// By numbers, not by a name.
bool is_address(const std::string &host);

// Notices dead peers, by the system's means, and refuses what is too large. Before bind or connect. ZeroMQ's own heartbeats are left
// off: where a receive mark holds a connection back as that ends, the next one ends the process (libzmq's assertion !_io_error).
void set_common_options(zmq::socket_t &socket, int64_t largest_message_bytes);

// Polls a socket's ZMQ_FD, which costs fewer system calls than the socket. It is readable after something came, until receive()
// has said that there is nothing more; and sending may take note of what came, so that it is not readable any longer.
inline zmq::pollitem_t item_of(zmq::fd_t descriptor)
{
    return {nullptr, descriptor, ZMQ_POLLIN, 0};
}

constexpr const char *wake_address = "inproc://wake"; // in the context of the thread to be woken

// How other threads wake one that polls, as when it is to stop. Made and asked by the one that polls.
class WakeSignal
{
  public:
    WakeSignal(zmq::context_t &context, const std::string &address);
    zmq::pollitem_t poll_item() const { return item_of(descriptor_); }

    // Forgets what has come: what it was sent for is looked at from now on.
    void clear();
    // From any thread. It may not arrive, so who listens also looks now and then.
    static void send(zmq::context_t &context, const char *address) noexcept;

  private:
    zmq::socket_t socket_;
    zmq::fd_t descriptor_;
};

enum class LinkEvent
{
    connecting,   // bytes can flow, the handshake begins
    established,  // the handshake is done
    refused,      // the handshake failed: the other side does not take this side's key
    keys_differ,  // it failed: one side has keys, and the other none
    broken,       // it failed: what came is none, or is encrypted for another key
    ended,        // it failed: the other side ended it
    silent,       // it failed: nothing came in time
    disconnected, // or could not be connected
    retried,      // libzmq will connect again by itself
    unaccepted,   // who came could not be let in: no descriptor or no memory is left for the connection
    other
};

struct LinkChange
{
    LinkEvent event;
    int value; // the descriptor, for connecting and disconnected
};

// Connects a socket. A name may stand for addresses of both kinds, and ZeroMQ tries one of IPv6 if there is any: where that fails,
// or another program or publisher is there, the other kind is tried.
class Caller
{
  public:
    Caller(zmq::socket_t &socket, const std::string &host, int port);
    void connect() { socket_.connect(endpoint_); }
    void disconnect() { socket_.disconnect(endpoint_); }
    void hear(LinkEvent event);
    // Also of the one who hears that a handshake failed: another program, or a publisher that does not fit, is at that address.
    void note_failure();
    // By each kind that there is, since a publisher answered last.
    bool has_failed_by_all() const { return !is_name_ || (has_failed_by_ipv4_ && has_failed_by_ipv6_); }
    // After all events were heard, so that no connection is ended. Connects anew, and returns true, where an attempt by name failed:
    // once a second at most, so that each kind gets several attempts, and the one that was connected the first of them.
    bool try_other_kind();

  private:
    zmq::socket_t &socket_;
    const std::string endpoint_;
    const bool is_name_;
    bool is_ipv6_ = true;
    bool is_proven_ = false; // a publisher answered by this kind
    bool has_failed_ = false;
    bool has_failed_by_ipv4_ = false;
    bool has_failed_by_ipv6_ = false;
    int64_t next_change_ns_ = 0;
};

// Why there is no connection, as far as it is known here.
struct HandshakeFailure
{
    bool is_of_keys;
    bool may_pass; // the next try may succeed
    const char *message;
};

// None for what is no failure. `has_keys`: whether this side expects a publisher with keys.
std::optional<HandshakeFailure> handshake_failure(LinkEvent event, bool has_keys);

// Hears what becomes of a socket's connections.
class Monitor
{
  public:
    Monitor(zmq::context_t &context, zmq::socket_t &socket);
    ~Monitor();
    Monitor(const Monitor &) = delete;
    Monitor &operator=(const Monitor &) = delete;

    zmq::pollitem_t poll_item() const { return item_of(descriptor_); }
    // The next event, or none.
    std::optional<LinkChange> next();

    static LinkEvent kind_of(uint16_t event, int value);

  private:
    static std::string new_address();

    zmq::socket_t &watched_;
    zmq::socket_t events_;
    zmq::fd_t descriptor_;
};

}
