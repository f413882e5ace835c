// The part of an offer that hears its subscribers: who is there, what each may be sent, and how one goes on by a new connection.
#include "publisher/offer.hpp"

#include <algorithm>

namespace dao::net
{

namespace
{

constexpr size_t session_limit = 4096;

}

bool Session::has_credit() const
{
    const size_t under_way = in_flight.size();
    return is_there && seq < credit.credit && under_way < wire::most_window &&
           (under_way < 2 || in_flight_bytes < wire::window_bytes);
}

void Offer::take_credit(const wire::Credit &credit, const std::string &user, int64_t heard_ns)
{
    const std::lock_guard lock(mutex_);
    if (stops_)
        return;
    Session *found = session_of(credit);
    if (found == nullptr)
        return;
    Session &session = *found;
    // Another thread may have heard meanwhile that the subscription ended.
    session.is_there = port_.user_of_private(session.topic).has_value();
    session.user = user;
    session.heard_ns = monotonic_ns();
    session.seen_ns = lasting_ns();
    // Threads may bring two credits in the wrong order.
    session.credit.credit = std::max(session.credit.credit, credit.credit);
    session.credit.got = std::max(session.credit.got, std::min(credit.got, session.seq));
    session.credit.sent_ns = credit.sent_ns;
    for (auto &sent = session.in_flight; !sent.empty() && sent.front().seq <= session.credit.got; sent.pop_front())
        session.in_flight_bytes -= sent.front().bytes;
    // First, as a frame may take long: who hears nothing takes this publisher for a stranger.
    if (credit.asks)
        answer(session, heard_ns);
    serve(session);
    if (session.has_credit())
        frames_are_due_.notify_all();
}

// None for a connection that the subscriber has replaced, of which something comes late.
Session *Offer::session_of(const wire::Credit &credit)
{
    const std::string topic = wire::private_topic(credit.topic);
    if (const auto found = sessions_.find(topic); found != sessions_.end())
        return &found->second;
    const auto earlier = std::find_if(sessions_.begin(), sessions_.end(), [&](const auto &entry) {
        return entry.second.credit.subscriber == credit.subscriber;
    });
    if (earlier != sessions_.end() && earlier->second.credit.connection > credit.connection)
        return nullptr;
    if (earlier == sessions_.end() && sessions_.size() >= session_limit)
        make_room();
    Session session;
    session.topic = topic;
    session.credit = credit;
    session.seq = credit.got; // not 0 when it was silent for so long that it was forgotten
    (void)source_.counter();  // for its lives
    session.sent = source_.find(credit.source, credit.after_cnt0);
    if (earlier != sessions_.end())
    {
        follow_on(session, earlier->second);
        sessions_.erase(earlier);
    }
    return &sessions_.emplace(topic, std::move(session)).first->second;
}

// Gives up the one that is gone for longest, whose numbers are of use only if it comes again. Throws when all are there.
void Offer::make_room()
{
    const auto oldest = std::min_element(sessions_.begin(), sessions_.end(), [](const auto &one, const auto &other) {
        return std::pair(one.second.is_there, one.second.heard_ns) <
               std::pair(other.second.is_there, other.second.heard_ns);
    });
    if (oldest->second.is_there)
        throw wire::BadMessage("subscribers: more than " + std::to_string(session_limit) +
                               " of one segment; expected at most as many");
    give_up(oldest);
}

// What it was sent stays in the totals. Returns the next one.
Offer::Sessions::iterator Offer::give_up(Sessions::iterator session)
{
    gone_.add(session->second.counts);
    return sessions_.erase(session);
}

// The subscriber has a new connection: what it did not get by the earlier one is lost, unless it is sent again. In order it is
// sent again or found to be overwritten, so that none of what comes after the subscriber's last frame counts until then.
void Offer::follow_on(Session &session, const Session &earlier)
{
    session.counts = earlier.counts;
    session.counted = earlier.counted;
    const auto sent =
        static_cast<uint64_t>(std::count_if(earlier.in_flight.begin(), earlier.in_flight.end(),
                                            [&](const auto &frame) { return frame.place > session.sent; }));
    if (!session.credit.every)
    {
        session.counts.undelivered += sent;
        return;
    }
    if (session.sent.life == 0)
        return; // it begins with the newest
    const uint64_t gone_over =
        earlier.sent > session.sent ? source_.lives().between(session.sent, earlier.sent) : uint64_t{0};
    session.counts.overwritten -= std::min(session.counts.overwritten, gone_over - std::min(gone_over, sent));
}

void Offer::answer(Session &session, int64_t heard_ns)
{
    wire::Answer answer;
    answer.host = host_;
    answer.segment = topic_;
    (void)source_.counter(); // for its lives
    answer.cnt0 = source_.highest();
    answer.source = source_.id();
    answer.seq = session.seq;
    answer.lost = session.counts.undelivered;
    answer.asked_ns = session.credit.sent_ns;
    answer.heard_ns = heard_ns;
    answer.sent_ns = realtime_ns();
    // Those of a segment that rests: who has its newest frame need not wait for the next one.
    const bool has_frame = session.sent.life != 0 && session.sent.life == source_.place().life;
    port_.send(session.topic, wire::write_answer(answer), nullptr, has_frame ? keywords_for(session, false) : nullptr);
}

void Offer::forget(const std::string &private_topic)
{
    const std::lock_guard lock(mutex_);
    // Kept for a while, without what it costs: the subscriber may come again, and then wants to know what was lost.
    if (const auto found = sessions_.find(private_topic); found != sessions_.end())
    {
        found->second.is_there = false;
        found->second.reader.reset();
    }
}

}
