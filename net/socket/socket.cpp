#include "socket/socket.hpp"

#include "clock.hpp"

#include <cstring>
#include <utility>
#include <zmq.h>

namespace dao::net
{

namespace
{

// A peer from which nothing comes for so long is given up; only whole messages count, so this is longer than the largest
// frame takes.
constexpr int dead_after_s = 30;
constexpr int keepalive_tries = 5;
constexpr int handshake_limit_ms = 5000;

}

namespace
{

// False when there is none. No signal ends it, which would leave a message half received.
bool receive_part(zmq::socket_t &socket, zmq::message_t &part)
{
    int size = -1;
    do
        size = zmq_msg_recv(part.handle(), socket.handle(), ZMQ_DONTWAIT);
    while (size < 0 && zmq_errno() == EINTR);
    if (size < 0 && zmq_errno() != EAGAIN)
        throw zmq::error_t();
    return size >= 0;
}

}

bool receive(zmq::socket_t &socket, Parts &parts, bool &is_whole, size_t part_limit)
{
    parts.clear();
    parts.reserve(part_limit); // libzmq ends a process that leaves a message half received, as for want of memory
    is_whole = true;
    zmq::message_t part;
    if (!receive_part(socket, part))
        return false;
    bool more = part.more();
    parts.push_back(std::move(part));
    while (more) // whole messages come, so nothing is waited for
    {
        zmq::message_t next;
        if (!receive_part(socket, next))
            break;
        more = next.more();
        if (parts.size() < part_limit)
            parts.push_back(std::move(next));
        else
            is_whole = false;
    }
    return true;
}

std::string user_of(const zmq::message_t &part)
{
    const char *user = zmq_msg_gets(part.handle(), "User-Id");
    return user != nullptr ? user : "";
}

int connection_of(zmq::message_t &part)
{
    return zmq_msg_get(part.handle(), ZMQ_SRCFD);
}

std::string endpoint_of(const std::string &host, int port)
{
    const bool is_bare_ipv6 = host.find(':') != std::string::npos && host.front() != '[';
    return "tcp://" + (is_bare_ipv6 ? "[" + host + "]" : host) + ":" + (port < 0 ? "*" : std::to_string(port));
}

bool is_address(const std::string &host)
{
    return host.find(':') != std::string::npos || host.find_first_not_of("0123456789.") == std::string::npos;
}

Caller::Caller(zmq::socket_t &socket, const std::string &host, int port)
    : socket_(socket), endpoint_(endpoint_of(host, port)), is_name_(!is_address(host))
{
}

void Caller::hear(LinkEvent event)
{
    if (event == LinkEvent::established)
    {
        is_proven_ = true;
        has_failed_by_ipv4_ = has_failed_by_ipv6_ = false;
    }
    else if (event == LinkEvent::connecting)
        has_failed_ = false;
    else if (event == LinkEvent::retried)
        note_failure();
}

void Caller::note_failure()
{
    if (is_proven_)
        next_change_ns_ = monotonic_ns() + second_ns;
    is_proven_ = false;
    has_failed_ = true;
    (is_ipv6_ ? has_failed_by_ipv6_ : has_failed_by_ipv4_) = true;
}

bool Caller::try_other_kind()
{
    if (!std::exchange(has_failed_, false) || !is_name_)
        return false;
    const int64_t now_ns = monotonic_ns();
    if (now_ns < next_change_ns_)
        return false;
    next_change_ns_ = now_ns + second_ns;
    is_ipv6_ = !is_ipv6_;
    disconnect();
    socket_.set(zmq::sockopt::ipv6, is_ipv6_);
    connect();
    return true;
}

void set_common_options(zmq::socket_t &socket, int64_t largest_message_bytes)
{
    socket.set(zmq::sockopt::linger, 0);
    socket.set(zmq::sockopt::ipv6, true);
    socket.set(zmq::sockopt::maxmsgsize, largest_message_bytes);
    socket.set(zmq::sockopt::handshake_ivl, handshake_limit_ms);
    socket.set(zmq::sockopt::tcp_keepalive, 1);
    socket.set(zmq::sockopt::tcp_keepalive_idle, dead_after_s / 2);
    socket.set(zmq::sockopt::tcp_keepalive_intvl, dead_after_s / 2 / keepalive_tries);
    socket.set(zmq::sockopt::tcp_keepalive_cnt, keepalive_tries);
    socket.set(zmq::sockopt::tcp_maxrt, dead_after_s * 1000); // where what was sent is not acknowledged
}

WakeSignal::WakeSignal(zmq::context_t &context, const std::string &address) : socket_(context, zmq::socket_type::pull)
{
    socket_.set(zmq::sockopt::linger, 0);
    socket_.bind(address);
    descriptor_ = socket_.get(zmq::sockopt::fd);
}

void WakeSignal::clear()
{
    Parts parts;
    bool is_whole = false;
    while (receive(socket_, parts, is_whole))
        continue;
}

void WakeSignal::send(zmq::context_t &context, const char *address) noexcept
try
{
    zmq::socket_t sender(context, zmq::socket_type::push); // lingers until the message is taken
    sender.connect(address);
    sender.send(zmq::message_t(), zmq::send_flags::dontwait);
}
catch (const std::exception &) // no descriptor or no memory for it
{
}

// ZeroMQ takes its time to give an address back, so each has its own.
std::string Monitor::new_address()
{
    static std::atomic<uint64_t> count{0};
    return "inproc://monitor-" + std::to_string(++count);
}

// It listens before there is anything to hear, and nothing fails once there is: ending a monitor that nobody listens to
// would never end.
Monitor::Monitor(zmq::context_t &context, zmq::socket_t &socket)
    : watched_(socket), events_(context, zmq::socket_type::pair)
{
    const std::string address = new_address();
    events_.set(zmq::sockopt::linger, 0);
    events_.connect(address);
    descriptor_ = events_.get(zmq::sockopt::fd);
    if (zmq_socket_monitor(watched_.handle(), address.c_str(), ZMQ_EVENT_ALL) != 0)
        throw zmq::error_t();
}

Monitor::~Monitor()
{
    zmq_socket_monitor(watched_.handle(), nullptr, 0);
}

std::optional<LinkChange> Monitor::next()
{
    Parts parts;
    bool is_whole = false;
    uint16_t event = 0;
    int32_t value = 0;
    if (!receive(events_, parts, is_whole) || parts[0].size() < sizeof event + sizeof value)
        return std::nullopt;
    std::memcpy(&event, parts[0].data(), sizeof event);
    std::memcpy(&value, static_cast<const char *>(parts[0].data()) + sizeof event, sizeof value);
    return LinkChange{kind_of(event, value), value};
}

LinkEvent Monitor::kind_of(uint16_t event, int value)
{
    switch (event)
    {
    case ZMQ_EVENT_CONNECTED:
        return LinkEvent::connecting;
    case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
        return LinkEvent::established;
    case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
        return LinkEvent::refused;
    case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
        return value == ZMQ_PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH ? LinkEvent::keys_differ : LinkEvent::broken;
    case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
        return value == EAGAIN ? LinkEvent::silent : LinkEvent::ended; // the last thing that reading said
    case ZMQ_EVENT_DISCONNECTED:
    case ZMQ_EVENT_CLOSED:
        return LinkEvent::disconnected;
    case ZMQ_EVENT_CONNECT_RETRIED:
        return LinkEvent::retried;
    case ZMQ_EVENT_ACCEPT_FAILED: // for who has gone again, too
        return value == EMFILE || value == ENFILE || value == ENOBUFS || value == ENOMEM ? LinkEvent::unaccepted
                                                                                         : LinkEvent::other;
    default:
        return LinkEvent::other;
    }
}

std::optional<HandshakeFailure> handshake_failure(LinkEvent event, bool has_keys)
{
    switch (event)
    {
    case LinkEvent::refused:
        return HandshakeFailure{true, false, "the publisher refuses this side's key"};
    case LinkEvent::keys_differ:
        return HandshakeFailure{true, false,
                                has_keys ? "the publisher has no keys; expected the one whose key this side was given"
                                         : "the publisher has keys; expected its public key here"};
    case LinkEvent::broken:
    case LinkEvent::ended:
        if (has_keys) // who does not understand what is encrypted for another says nothing
            return HandshakeFailure{true, false,
                                    "the other side ended the handshake: its keys are not the ones expected, or it is "
                                    "no publisher"};
        return event == LinkEvent::ended
                   ? HandshakeFailure{false, true,
                                      "what is at that port ended the handshake: no publisher, or one that has keys"}
                   : HandshakeFailure{false, false, "what is at that port is no publisher"};
    case LinkEvent::silent:
        return HandshakeFailure{false, true, "what is at that port does not answer as a publisher does"};
    default:
        return std::nullopt;
    }
}

}
