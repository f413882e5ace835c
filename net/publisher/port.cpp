#include "publisher/port.hpp"

#include "clock.hpp"
#include "failure.hpp"
#include "platform/platform.hpp"
#include "wire/credit.hpp"

#include <string_view>
#include <utility>

namespace dao::net
{

namespace
{

// Messages that may wait for one peer, so that none of a window's is dropped: libzmq hears of those that have left its queue
// when half of the mark has, and there are answers. It is the same for strangers, who are to get few old frames. (The mark of
// a connection that ends while it is set is a fault in libzmq 4.3.4, so it is set before there are any.)
constexpr int send_mark = 2 * static_cast<int>(wire::most_window) + 8;
// What of one peer's waits in its connection: more stays with it. It is no limit for what waits here, as an XPUB socket moves
// it on to a queue without one whenever it is called: take_in() is to be called until nothing comes.
constexpr int port_receive_mark = 64;
constexpr int backlog = 1024;
constexpr size_t shown_bytes = 80; // of an address that is none
// Of one connection: libzmq keeps each in some hundred times its length, and has no limit of its own.
constexpr size_t most_topics = 4096; // as of a ZeroMQ proxy between, which brings those of all behind it
constexpr size_t longest_topic = wire::topic_limit_bytes + 1;

// "tcp://10.0.0.1:5555", as people write it, for libzmq's "tcp://[::ffff:10.0.0.1]:5555".
std::string usual_endpoint(std::string text)
{
    constexpr std::string_view mapped = "[::ffff:";
    const size_t begin = text.find(mapped);
    if (begin == std::string::npos)
        return text;
    text.erase(text.find(']', begin), 1);
    return text.erase(begin, mapped.size());
}

// The name of an interface stands for its IPv4 address if it has one: beacons, and most who subscribe, use those.
void bind_to(zmq::socket_t &socket, const std::string &address, const std::string &endpoint)
{
    const bool is_name = address != "*" && !is_address(address);
    socket.set(zmq::sockopt::ipv6, !is_name);
    try
    {
        socket.bind(endpoint);
        return;
    }
    catch (const zmq::error_t &error)
    {
        if (!is_name || error.num() != ENODEV)
            throw;
    }
    socket.set(zmq::sockopt::ipv6, true);
    socket.bind(endpoint);
}

std::string problem_of(const std::string &address, const zmq::error_t &error)
{
    if (error.num() == ENODEV)
        return "'" + address +
               "' is no interface of this machine; expected an address in numbers, as 127.0.0.1, "
               "the name of an interface, or '*'";
    return std::string(error.what()) + "; expected a free port of an address of this machine";
}

}

Port::Port(zmq::context_t &context, const std::string &address, int port, const Secret &secret_key)
    : socket_(context, zmq::socket_type::xpub)
{
    set_common_options(socket_, static_cast<int64_t>(wire::header_limit_bytes));
    socket_.set(zmq::sockopt::sndhwm, send_mark);
    socket_.set(zmq::sockopt::rcvhwm, port_receive_mark);
    socket_.set(zmq::sockopt::xpub_verbose, 1); // each stranger who comes is to have the newest frame
    socket_.set(zmq::sockopt::backlog, backlog);
    if (!secret_key.empty())
    {
        socket_.set(zmq::sockopt::zap_domain, "daoNet");
        socket_.set(zmq::sockopt::curve_server, true);
        socket_.set(zmq::sockopt::curve_secretkey, secret_key.c_str());
    }
    try
    {
        bind_to(socket_, address, endpoint_of(address, port));
    }
    catch (const zmq::error_t &error)
    {
        const std::string shown = wire::clean(address, shown_bytes);
        throw Failure(DAO_E_NETWORK, endpoint_of(shown, port) + ": cannot listen: " + problem_of(shown, error));
    }
    endpoint_ = usual_endpoint(socket_.get(zmq::sockopt::last_endpoint));
    number_ = std::stoi(endpoint_.substr(endpoint_.rfind(':') + 1));
    descriptor_ = socket_.get(zmq::sockopt::fd);
}

void Port::send(const std::string &topic, const std::string &header, zmq::message_t *data, const std::string *last)
{
    const std::lock_guard lock(mutex_);
    const auto flags = [](bool more) { return more ? zmq::send_flags::sndmore : zmq::send_flags::none; };
    socket_.send(zmq::buffer(topic), zmq::send_flags::sndmore);
    socket_.send(zmq::buffer(header), flags(data != nullptr || last != nullptr));
    if (data != nullptr)
        socket_.send(*data, flags(last != nullptr));
    if (last != nullptr)
        socket_.send(zmq::buffer(*last), zmq::send_flags::none);
}

bool Port::take_in(size_t limit, uint64_t &dropped)
{
    const std::lock_guard lock(mutex_);
    const int64_t heard_ns = realtime_ns();
    Parts parts;
    bool is_whole = false;
    for (size_t count = 0; count < limit; ++count)
    {
        if (!receive(socket_, parts, is_whole))
            return count != 0;
        const std::string_view text = is_whole && parts.size() == 1 ? view(parts[0]) : "";
        if (!text.empty() && (text[0] == '\0' || text[0] == '\1'))
        {
            count_subscription(text.substr(1), text[0] == '\1', connection_of(parts[0]));
            note(text.substr(1), text[0] == '\1', user_of(parts[0]));
        }
        else
            dropped += inbox_.put({std::string(text), user_of(parts[0]), connection_of(parts[0]), heard_ns});
    }
    return true;
}

void Port::forget(int connection)
{
    const std::lock_guard lock(mutex_);
    inbox_.forget(connection);
    topics_.erase(connection);
}

// Who subscribes to more than anybody needs would take this process all its memory: that connection ends where it can be ended,
// and libzmq forgets what it subscribed to.
void Port::count_subscription(std::string_view topic, bool begins, int connection)
{
    if (connection < 0)
        return;
    Topics &topics = topics_[connection];
    const auto found = topics.find(topic);
    if (!begins && found != topics.end())
        topics.erase(found);
    if (!begins || found != topics.end())
        return;
    if (topic.size() <= longest_topic && topics.size() < most_topics)
    {
        topics.emplace(topic);
        return;
    }
    topics.clear(); // of what still comes, and of the next connection of that descriptor, as many are counted again
    ++changes_.greedy;
    changes_.ended_connections += platform::end_connection(connection, number_) ? 1u : 0u;
}

std::optional<Incoming> Port::next()
{
    const std::lock_guard lock(mutex_);
    return inbox_.next();
}

SubscriptionChanges Port::changes()
{
    const std::lock_guard lock(mutex_);
    return std::exchange(changes_, {});
}

void Port::note(std::string_view topic, bool begins, std::string &&user)
{
    if (topic.size() > longest_topic)
        return; // nothing has such a topic
    const bool is_private = topic.starts_with(wire::private_mark);
    if (begins && is_private)
        private_topics_.emplace(topic, std::move(user)); // who came first keeps it
    else if (begins)
    {
        changes_.wanted.emplace(topic);
        strangers_.emplace(topic);
    }
    else if (is_private)
    {
        changes_.ended.emplace(topic);
        private_topics_.erase(std::string(topic));
    }
    else
        strangers_.erase(std::string(topic));
}

bool Port::is_wanted(const std::string &topic) const
{
    const std::lock_guard lock(mutex_);
    for (size_t bytes = 0; bytes <= topic.size() && !strangers_.empty(); ++bytes)
        if (strangers_.find(std::string_view(topic).substr(0, bytes)) != strangers_.end())
            return true;
    return false;
}

std::optional<std::string> Port::user_of_private(const std::string &topic) const
{
    const std::lock_guard lock(mutex_);
    const auto found = private_topics_.find(topic);
    return found == private_topics_.end() ? std::nullopt : std::optional(found->second);
}

}
