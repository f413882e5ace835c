// The part of a subscriber that connects, and connects again.
#include "subscriber/subscriber.hpp"

#include <algorithm>

namespace dao::net
{

namespace
{

constexpr int64_t again_after_ns = second_ns; // when a handshake failed

}

void Subscriber::hear(const LinkChange &change)
{
    caller_.hear(change.event);
    switch (change.event)
    {
    case LinkEvent::connecting:
        is_connecting_ = true;
        descriptor_ = change.value;
        fork_guard_.cover_connection(descriptor_, options_.port);
        break;
    case LinkEvent::established:
        is_connecting_ = false;
        failed_ns_ = 0;
        has_dropped_ = false;
        begin_session();
        {
            const std::lock_guard lock(mutex_);
            ++info_.connections;
        }
        break;
    case LinkEvent::disconnected:
        if (change.value != descriptor_)
            break; // one that was given up
        if (is_established_)
            note_end();
        else if (is_connecting_)
            fail_handshake(LinkEvent::broken); // libzmq says no more of what does not speak its protocol
        is_connecting_ = false;
        end_session();
        break;
    case LinkEvent::retried:
        note_retry();
        break;
    default:
        if (!is_established_) // else it is of an encrypted message that is none, and the connection's end follows
            fail_handshake(change.event);
    }
}

// libzmq says at once whether it will connect again. Where what came was no message, or too large, it does not.
void Subscriber::note_end()
{
    is_ended_here_ = true;
    failed_ns_ = monotonic_ns();
    if (!is_unreadable_)
        set_state(DAO_NET_CONNECTING, "the connection ended");
}

void Subscriber::note_retry()
{
    is_ended_here_ = false;
    if (is_unreadable_)
        set_state(DAO_NET_CONNECTING, "the connection ended");
    is_unreadable_ = false;
}

// Until a frame comes that can be taken, or the publisher ends.
void Subscriber::tell_unreadable()
{
    is_ended_here_ = false;
    is_unreadable_ = true;
    note_bad("a message of more than " + std::to_string(largest_message(options_)) +
             " bytes, or none at all: the connection was ended; expected frames of at most that many");
    const std::lock_guard lock(mutex_);
    info_.state = DAO_NET_FAILED;
}

void Subscriber::fail_handshake(LinkEvent event)
{
    const auto failure = handshake_failure(event, !options_.server_key.empty());
    if (!failure)
        return;
    caller_.note_failure();
    is_connecting_ = is_unreadable_ = false;
    failed_ns_ = monotonic_ns();
    end_session();
    set_state(failure->is_of_keys ? DAO_NET_REFUSED : DAO_NET_CONNECTING, failure->message);
}

// Each connection has a private topic of its own, so that what is under way in an old one cannot be mistaken.
void Subscriber::begin_session()
{
    end_session();
    is_established_ = true;
    session_ = wire::random_id();
    ++session_number_;
    received_seq_ = told_seq_ = 0;
    is_answered_ = false;
    session_began_ns_ = last_heard_ns_ = monotonic_ns();
    session_topic_ = wire::private_topic(session_);
    subscribe(session_topic_, true);
    if (!is_unreadable_)
        set_state(DAO_NET_WAITING, "");
    {
        const std::lock_guard lock(mutex_);
        info_.peers = 1;
    }
    send_credit(true);
    earlier_topic_.clear(); // what it has not brought by now counts as lost, or is sent again, in order
}

// What came in a pause and was dropped is sent again if it still is to be had, as after a connection that broke.
void Subscriber::resume()
{
    has_dropped_ = false;
    if (looks_for_strangers_) // they know nothing of it
    {
        send_credit(true);
        return;
    }
    begin_session();
}

void Subscriber::end_session()
{
    if (!session_.empty())
    {
        subscribe(session_topic_, false);
        earlier_topic_ = std::move(session_topic_);
    }
    session_topic_.clear();
    if (looks_for_strangers_)
        subscribe(stranger_topic_, false);
    looks_for_strangers_ = false;
    is_established_ = false;
    session_.clear();
    clock_.forget();
    const std::lock_guard lock(mutex_);
    info_.peers = 0;
}

// A machine without power, or a link that is down, ends no connection by itself; and ZeroMQ gives up one that was refused.
void Subscriber::reconnect_when_due(int64_t now_ns)
{
    if (is_established_ && is_answered_ && now_ns - last_heard_ns_ >= patience_.ns())
    {
        patience_.lengthen();
        set_state(DAO_NET_CONNECTING, "the publisher is silent; connecting anew");
        end_session();
    }
    else if (failed_ns_ == 0 || now_ns - failed_ns_ < again_after_ns)
        return;
    else if (is_ended_here_)
        tell_unreadable();
    failed_ns_ = 0;
    descriptor_ = -1;
    may_have_more_ = true;
    caller_.disconnect();
    caller_.connect();
}

}
