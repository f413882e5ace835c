// The part of a publisher that takes what subscribers say: to its own thread, and to those of its offers, which send.
#include "publisher/publisher.hpp"

#include <algorithm>

namespace dao::net
{

namespace
{

// Turns of taking in and handling messages for an offer's thread, whose frames wait; the port's own takes more of them. libzmq's own
// queue has no limit, so far more is taken in than handled.
constexpr int turns_between_frames = 4;
constexpr int handled_in_a_turn = 16;
constexpr size_t taken_in_a_turn = 4096;
constexpr size_t taken_at_once = 64; // while frames of other threads wait for the port

}

// For the threads of offers: sending takes note of what came, of which the port's thread then hears nothing.
void Publisher::help()
{
    if (serve(turns_between_frames) && !may_have_more_.exchange(true))
        WakeSignal::send(context_, wake_address);
}

// False when there is nothing more.
bool Publisher::serve(int turns)
{
    for (int turn = 0; turn < turns && !stops_; ++turn)
    {
        const bool has_taken = take_in();
        follow_subscriptions();
        int count = 0;
        for (std::optional<Incoming> next; count < handled_in_a_turn && (next = port_->next()); ++count)
            handle_or_tell(*next);
        if (!has_taken && count == 0)
            return false;
    }
    return true;
}

// Somebody may send faster than is handled here: it costs others no turn, and no queue grows.
bool Publisher::take_in()
{
    uint64_t dropped = 0;
    size_t taken = 0;
    while (taken < taken_in_a_turn && !stops_ && port_->take_in(taken_at_once, dropped))
        taken += taken_at_once;
    if (dropped != 0)
    {
        const std::lock_guard lock(mutex_);
        info_.bad_messages += dropped;
        wire::fill(info_.message, "messages come faster than they can be answered: some are dropped");
    }
    return taken != 0;
}

void Publisher::follow_subscriptions()
{
    const SubscriptionChanges changes = port_->changes();
    if (changes.greedy != 0)
    {
        const std::lock_guard lock(mutex_);
        info_.bad_messages += changes.greedy;
        wire::fill(info_.message,
                   std::string("a connection subscribed to more than 4096 topics, or to one of more than 80 "
                               "bytes: it ") +
                       (changes.ended_connections != 0 ? "was ended" : "goes on, and takes memory"));
    }
    if (changes.wanted.empty() && changes.ended.empty())
        return;
    for (const OfferPointer &offer : all_offers())
    {
        for (const std::string &topic : changes.ended)
            offer->forget(topic);
        if (std::any_of(changes.wanted.begin(), changes.wanted.end(),
                        [&](const std::string &topic) { return offer->is_meant_by(topic); }))
            offer->serve_strangers();
    }
}

void Publisher::handle_or_tell(const Incoming &incoming)
try
{
    handle(incoming);
}
catch (const std::exception &error)
{
    const std::lock_guard lock(mutex_);
    ++info_.bad_messages;
    wire::fill(info_.message, error.what());
}

void Publisher::handle(const Incoming &incoming)
{
    if (incoming.text.empty())
        throw wire::BadMessage("a message in parts, or an empty one; expected a credit");
    const wire::Credit credit = wire::read_credit(incoming.text);
    const std::optional<std::string> opener = port_->user_of_private(wire::private_topic(credit.topic));
    if (!opener)
        return; // its connection is gone
    // Who subscribes to everything sees the private topics of others.
    if (*opener != incoming.user)
        throw wire::BadMessage("a credit for the private topic of another key; expected one of its own");
    const OfferPointer offer = find(credit.segment);
    if (credit.wants_offers || offer == nullptr)
        answer_offers(credit, incoming.heard_ns);
    else
        offer->take_credit(credit, incoming.user, incoming.heard_ns);
}

void Publisher::answer_offers(const wire::Credit &credit, int64_t heard_ns)
{
    wire::Answer answer;
    answer.host = host_;
    answer.asked_ns = credit.sent_ns;
    answer.heard_ns = heard_ns;
    answer.sent_ns = realtime_ns();
    const std::string list = credit.wants_offers ? wire::write_offers(offers()) : "[]";
    port_->send(wire::private_topic(credit.topic), wire::write_answer(answer), nullptr, &list);
}

}
