#include "subscriber/subscriber.hpp"

#include <algorithm>
#include <cstdio>

namespace dao::net
{

namespace
{

constexpr int64_t turn_ns = second_ns / 2;
constexpr uint64_t usual_limit_bytes = uint64_t{1} << 30;
constexpr int receive_mark = 64;
constexpr int reconnect_after_ms = 50;
constexpr int reconnect_limit_ms = 1000;
constexpr int connect_limit_ms = 5000;
constexpr int connect_by_name_limit_ms = 2000; // then the other kind of address has its turn; the system asked twice

}

// Lists of what is offered come, too.
uint64_t largest_message(const SubscriberOptions &options)
{
    const uint64_t frame = options.max_frame_bytes != 0 ? options.max_frame_bytes : usual_limit_bytes;
    return std::max<uint64_t>(frame, wire::offers_limit_bytes);
}

zmq::socket_t make_subscriber_socket(zmq::context_t &context, const SubscriberOptions &options, std::string &public_key)
{
    platform::require_descriptors();
    zmq::socket_t socket(context, zmq::socket_type::xsub);
    set_common_options(socket, static_cast<int64_t>(largest_message(options)));
    socket.set(zmq::sockopt::rcvhwm, receive_mark);
    socket.set(zmq::sockopt::reconnect_ivl, reconnect_after_ms);
    socket.set(zmq::sockopt::reconnect_ivl_max, reconnect_limit_ms);
    socket.set(zmq::sockopt::connect_timeout, is_address(options.host) ? connect_limit_ms : connect_by_name_limit_ms);
    if (!options.server_key.empty())
    {
        const KeyPair own = options.keys.empty() ? make_key_pair() : read_key_pair(options.keys);
        public_key = own.public_key;
        socket.set(zmq::sockopt::curve_serverkey, public_key_from(options.server_key));
        socket.set(zmq::sockopt::curve_publickey, own.public_key);
        socket.set(zmq::sockopt::curve_secretkey, own.secret_key.c_str());
    }
    else if (!options.keys.empty())
        throw Failure(DAO_E_ARGUMENT, "keys without the publisher's public key; expected it in server_key");
    return socket;
}

Subscriber::Subscriber(const SubscriberOptions &options)
    : options_(options), id_(wire::random_id()), host_(wire::clean(platform::host_name(), DAO_NET_HOST_SIZE - 1)),
      context_(options.host), socket_(make_subscriber_socket(context_, options, public_key_)),
      caller_(socket_, options.host, options.port), socket_descriptor_(socket_.get(zmq::sockopt::fd)),
      copy_(options.name, options.depth, stops_), shown_copies_(options.name)
{
    platform::keep_freed_memory();
    const std::string endpoint = endpoint_of(options.host, options.port);
    info_.role = DAO_NET_SUBSCRIBER;
    info_.mode = options.every ? DAO_NET_EVERY : DAO_NET_LATEST;
    info_.encrypted = options.server_key.empty() ? 0 : 1;
    info_.pid = platform::process_id();
    info_.started_ns = realtime_ns();
    wire::fill(info_.endpoint, endpoint);
    wire::fill(info_.topic, options.topic);
    wire::fill(info_.name, options.name);
    wire::fill(info_.public_key, public_key_);
    const platform::NoSignals no_signals;
    thread_ = std::thread([this] { run(); });
}

Subscriber::~Subscriber()
{
    stops_ = true;
    WakeSignal::send(context_, wake_address);
    thread_.join();
}

void Subscriber::run()
{
    while (!stops_)
        try
        {
            WakeSignal wake(context_, wake_address);
            Monitor monitor(context_, socket_);
            caller_.connect();
            may_have_more_ = true;
            while (!stops_)
                poll(wake, monitor);
        }
        catch (const std::exception &error)
        {
            tell_failure(error.what());
            disconnect();
            std::this_thread::sleep_for(std::chrono::nanoseconds(50 * millisecond_ns));
        }
    socket_.close();
}

// After a failure the next connection is to be the only one.
void Subscriber::disconnect() noexcept
{
    try
    {
        end_session();
        caller_.disconnect();
    }
    catch (const std::exception &) // there was none
    {
    }
}

void Subscriber::poll(WakeSignal &wake, Monitor &monitor)
{
    std::array<zmq::pollitem_t, 3> items = {item_of(socket_descriptor_), monitor.poll_item(), wake.poll_item()};
    const int64_t left_ns = std::max<int64_t>(0, std::min(next_tick_ns_, next_credit_ns_) - monotonic_ns());
    zmq::poll(items, std::chrono::milliseconds(may_have_more_ ? 0 : left_ns / millisecond_ns + 1));
    // Frames that had come before a connection ended count before its end.
    receive_all();
    if (items[1].revents != 0)
        while (const std::optional<LinkChange> change = monitor.next())
            hear(*change);
    if (caller_.try_other_kind())
    {
        may_have_more_ = true;
        if (!is_ended_here_)
            failed_ns_ = 0; // connected anew already
    }
    const int64_t now_ns = monotonic_ns();
    if (is_established_ && now_ns >= next_credit_ns_)
    {
        if (has_dropped_ && !is_paused_)
            resume();
        else
            send_credit(true);
    }
    if (now_ns >= next_tick_ns_)
        tick();
}

void Subscriber::subscribe(const std::string &topic, bool begins)
{
    send(zmq::buffer((begins ? '\1' : '\0') + topic));
}

void Subscriber::send(zmq::const_buffer message)
{
    may_have_more_ = true;
    socket_.send(message, zmq::send_flags::dontwait);
}

void Subscriber::send_credit(bool asks)
{
    wire::Credit credit;
    credit.topic = session_;
    credit.subscriber = id_;
    credit.connection = session_number_;
    credit.segment = wanted_topic();
    credit.host = host_;
    credit.every = options_.every;
    credit.asks = asks;
    // In order, what was dropped in a pause is sent again: it has not come.
    credit.got = has_dropped_ && options_.every ? std::min(taken_seq_, received_seq_) : received_seq_;
    credit.credit = credit.got;
    if (!is_paused_)
        credit.credit += options_.every ? wire::most_window : wire::latest_window;
    told_seq_ = received_seq_;
    credit.source = source_;
    credit.after_cnt0 = source_cnt0_;
    credit.sent_ns = realtime_ns();
    send(zmq::buffer(wire::write_credit(credit)));
    if (asks)
        next_credit_ns_ = monotonic_ns() + turn_ns;
}

std::string Subscriber::wanted_topic()
{
    if (!options_.topic.empty())
        return options_.topic;
    const std::lock_guard lock(mutex_);
    return info_.topic;
}

void Subscriber::tick()
{
    const int64_t now_ns = monotonic_ns();
    next_tick_ns_ = now_ns + turn_ns;
    if (!is_established_)
        next_credit_ns_ = next_tick_ns_;
    else
        look_for_strangers(now_ns);
    reconnect_when_due(now_ns);
    rate_.update(now_ns);
    {
        const std::lock_guard lock(mutex_);
        info_.frames_per_second = rate_.per_second();
    }
    record_.write(describe(), {}, {});
}

void Subscriber::set_state(uint32_t state, const std::string &message)
{
    const std::lock_guard lock(mutex_);
    info_.state = state;
    wire::fill(info_.message, message);
}

void Subscriber::tell_failure(const char *what) noexcept
{
    const std::lock_guard lock(mutex_);
    info_.state = DAO_NET_FAILED;
    std::snprintf(info_.message, sizeof info_.message, "%s", what); // needs no memory
}

void Subscriber::note_bad(const std::string &what)
{
    const std::lock_guard lock(mutex_);
    ++info_.bad_messages;
    wire::fill(info_.message, what);
}

DAO_NET_INFO Subscriber::describe()
{
    const std::lock_guard lock(mutex_);
    DAO_NET_INFO info = info_;
    info.updated_ns = realtime_ns();
    info.last_frame_ns = day_time_of(last_frame_ns_);
    return info;
}

void Subscriber::pause(bool paused)
{
    is_paused_ = paused; // the next tick gives credit
}

}
