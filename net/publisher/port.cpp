#include "publisher/port.hpp"

#include "failure.hpp"
#include "wire/credit.hpp"

namespace dao::net
{

namespace
{

// Messages that may wait for one peer, so that none of a window's is dropped: libzmq hears of those that have left its queue
// when half of the mark has, and there are answers. It is the same for strangers, who are to get few old frames. (The mark of
// a connection that ends while it is set is a fault in libzmq 4.3.4, so it is set before there are any.)
constexpr int send_mark = 2 * static_cast<int>(wire::most_window) + 8;
// What of one peer's waits to be taken: more stays with it. Without a mark that is so low libzmq takes in without end what comes
// without pause.
constexpr int port_receive_mark = 64;
constexpr size_t subscription_limit = 20'000;
constexpr int backlog = 1024;

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
    const std::string wanted = endpoint_of(address, port);
    try
    {
        socket_.bind(wanted);
    }
    catch (const zmq::error_t &error)
    {
        throw Failure(DAO_E_NETWORK, wanted + ": cannot listen: " + error.what() +
                                         "; expected a free port of an address " + "of this machine");
    }
    endpoint_ = socket_.get(zmq::sockopt::last_endpoint);
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

std::vector<Incoming> Port::take(size_t limit)
{
    std::vector<Incoming> all;
    const std::lock_guard lock(mutex_);
    Parts parts;
    bool is_whole = false;
    while (all.size() < limit && receive(socket_, parts, is_whole))
    {
        if (is_whole && parts.size() == 1)
            all.push_back(sort(parts[0]));
        else
            all.push_back({});
    }
    return all;
}

Incoming Port::sort(zmq::message_t &part)
{
    const std::string_view text = view(part);
    if (text.empty())
        return {};
    if (text[0] == '\0' || text[0] == '\1')
    {
        const bool begins = text[0] == '\1';
        std::string topic(text.substr(1));
        note(topic, begins);
        return {begins ? Incoming::Kind::subscribed : Incoming::Kind::unsubscribed, std::move(topic), ""};
    }
    return {Incoming::Kind::message, std::string(text), user_of(part)};
}

void Port::note(const std::string &topic, bool begins)
{
    auto &subscriptions = topic.starts_with(wire::private_mark) ? private_topics_ : strangers_;
    if (!begins)
        subscriptions.erase(topic);
    else if (subscriptions.size() < subscription_limit)
        subscriptions.insert(topic);
    else
        has_too_many_ = true;
}

bool Port::is_wanted(const std::string &topic) const
{
    const std::lock_guard lock(mutex_);
    if (has_too_many_)
        return true;
    for (size_t bytes = 0; bytes <= topic.size() && !strangers_.empty(); ++bytes)
        if (strangers_.find(std::string_view(topic).substr(0, bytes)) != strangers_.end())
            return true;
    return false;
}

bool Port::has_private(const std::string &topic) const
{
    const std::lock_guard lock(mutex_);
    return has_too_many_ || private_topics_.count(topic) != 0;
}

}
