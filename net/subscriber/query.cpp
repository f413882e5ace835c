#include "subscriber/query.hpp"

#include "interruption.hpp"
#include "platform/platform.hpp"

namespace dao::net
{

namespace
{

constexpr int64_t ask_again_ns = 200 * millisecond_ns;
constexpr int replies_at_once = 64; // before the time limit is looked at
constexpr int most_replies = 1000;  // one is wanted; a beacon may lead to anybody

// A socket in this thread that asks again and again until the answer comes.
class Query
{
  public:
    Query(const SubscriberOptions &options)
        : context_(options.host), socket_(make_subscriber_socket(context_, options, public_key_)),
          caller_(socket_, options.host, options.port), monitor_(context_, socket_),
          has_keys_(!options.server_key.empty())
    {
        credit_.topic = wire::random_id();
        credit_.subscriber = wire::random_id();
        credit_.host = wire::clean(platform::host_name(), DAO_NET_HOST_SIZE - 1);
        credit_.asks = credit_.wants_offers = true;
        socket_.set(zmq::sockopt::rcvhwm, 0); // see decision 065
        caller_.connect();
        socket_.send(zmq::buffer('\1' + wire::private_topic(credit_.topic)), zmq::send_flags::dontwait);
    }

    std::optional<OfferList> step(int64_t limit_ns)
    {
        std::vector<zmq::pollitem_t> items = {{socket_.handle(), 0, ZMQ_POLLIN, 0}, monitor_.poll_item()};
        zmq::poll(items, std::chrono::milliseconds(limit_ns / millisecond_ns + 1));
        while (const std::optional<LinkChange> change = monitor_.next())
            hear(change->event);
        caller_.try_other_kind();
        Parts parts;
        bool is_whole = false;
        for (int count = 0; count < replies_at_once && receive(socket_, parts, is_whole); ++count)
        {
            if (parts.size() == 3 && view(parts[0]) == wire::private_topic(credit_.topic))
                return read(parts);
            if (++other_replies_ > most_replies)
                throw Failure(
                    DAO_E_NETWORK,
                    "what answers is no publisher: it sent something else than the list asked for; expected a list");
        }
        if (is_established_ && monotonic_ns() >= next_ns_)
        {
            next_ns_ = monotonic_ns() + ask_again_ns;
            credit_.sent_ns = realtime_ns();
            socket_.send(zmq::buffer(wire::write_credit(credit_)), zmq::send_flags::dontwait);
        }
        return std::nullopt;
    }

    // Why there was no answer, when it is known. Throws it.
    void tell_failure() const
    {
        if (failure_)
            throw Failure(failure_->is_of_keys ? DAO_E_KEY : DAO_E_NETWORK, failure_->message);
    }

  private:
    void hear(LinkEvent event)
    {
        caller_.hear(event);
        if (event == LinkEvent::other)
            return;
        if (event == LinkEvent::disconnected && is_connecting_)
            event = LinkEvent::broken; // libzmq says no more of what does not speak its protocol
        if (event != LinkEvent::retried)
        {
            is_connecting_ = event == LinkEvent::connecting;
            is_established_ = event == LinkEvent::established;
        }
        if (is_established_)
            failure_.reset();
        if (const auto failure = handshake_failure(event, has_keys_))
        {
            failure_ = failure;
            caller_.note_failure();
        }
        if (failure_ && !failure_->may_pass && caller_.has_failed_by_all())
            tell_failure();
    }

    static OfferList read(const Parts &parts)
    {
        try
        {
            const wire::Json header = wire::parse_header(view(parts[1]));
            return {wire::read_answer(header).host, wire::read_offers(view(parts[2]))};
        }
        catch (const wire::BadMessage &error)
        {
            throw Failure(DAO_E_NETWORK, std::string("the publisher's answer: ") + error.what());
        }
    }

    Context context_;
    std::string public_key_;
    zmq::socket_t socket_;
    Caller caller_;
    Monitor monitor_;
    wire::Credit credit_;
    const bool has_keys_;
    bool is_connecting_ = false;
    bool is_established_ = false;
    std::optional<HandshakeFailure> failure_;
    int64_t next_ns_ = 0;
    int other_replies_ = 0;
};

}

std::optional<OfferList> query_offers(const SubscriberOptions &options, int64_t timeout_ns)
try
{
    const Deadline deadline(timeout_ns);
    Interruption interruption;
    Query query(options);
    for (;;)
    {
        interruption.check();
        const int64_t remaining_ns = deadline.remaining_ns(); // negative: no limit
        const int64_t turn_ns = ask_again_ns / 4;
        if (std::optional<OfferList> list = query.step(remaining_ns < 0 ? turn_ns : std::min(remaining_ns, turn_ns)))
            return list;
        if (remaining_ns == 0)
        {
            query.tell_failure();
            return std::nullopt;
        }
    }
}
catch (const zmq::error_t &error)
{
    if (error.num() == EINTR)
        throw Interrupted();
    throw;
}

}
