#include "publisher/offer.hpp"

#include "handover.hpp"
#include "platform/platform.hpp"

#include <algorithm>

namespace dao::net
{

namespace
{

constexpr auto rest_time = std::chrono::milliseconds(100); // until a segment that is gone is looked for again
constexpr int64_t keywords_repeat_ns = second_ns;
constexpr int64_t silence_limit_ns = 35 * second_ns; // longer than a dead connection lives
constexpr size_t session_limit = 4096;

// Not one of which the connection ended.
bool is_there(const Session &session)
{
    return session.credit.credit != 0;
}

bool has_credit(const Session &session)
{
    const size_t under_way = session.in_flight.size();
    return session.seq < session.credit.credit && under_way < wire::most_window &&
           (under_way < 2 || session.in_flight_bytes < wire::window_bytes);
}

}

Offer::Offer(Port &port, std::string name, IMAGE *image, const std::string &topic, const std::string &host,
             std::function<void()> published)
    : topic_(topic), plain_topic_(topic + '\0'), host_(host), port_(port), source_(std::move(name), image, topic, host)
{
    plain_.topic = plain_topic_;
    const platform::NoSignals no_signals;
    thread_ = std::thread([this, published = std::move(published)] { run(published); });
}

Offer::~Offer()
{
    request_stop();
    thread_.join();
}

void Offer::request_stop()
{
    stops_ = true;
    const std::lock_guard lock(mutex_); // nothing is opened anew meanwhile
    source_.interrupt();
    frames_are_due_.notify_all();
}

void Offer::run(const std::function<void()> &published)
{
    while (!stops_)
        try
        {
            const bool are_due = wait_until_due();
            const Source::Wait found = source_.wait(are_due ? -1 : 0);
            if (found == Source::Wait::nothing || (found == Source::Wait::frame && !are_due))
                continue;
            if (take_frame(found == Source::Wait::replaced))
                published();
            else
                rest();
        }
        catch (const std::exception &) // of what is asked of the port: its own thread tells of it
        {
            rest();
        }
}

void Offer::rest()
{
    std::unique_lock lock(mutex_);
    frames_are_due_.wait_for(lock, rest_time, [this] { return stops_.load(); });
}

// Asleep while nobody could be sent a frame, which so costs whoever publishes it no wake-up. False after a while: the segment
// may have been replaced.
bool Offer::wait_until_due()
{
    std::unique_lock lock(mutex_);
    return frames_are_due_.wait_for(lock, rest_time, [this] { return stops_ || is_due(); });
}

bool Offer::is_due() const
{
    return port_.is_wanted(plain_topic_) ||
           std::any_of(sessions_.begin(), sessions_.end(), [](const auto &entry) { return has_credit(entry.second); });
}

// False when there is no segment now.
bool Offer::take_frame(bool is_replaced)
{
    const std::lock_guard lock(mutex_);
    try
    {
        if (is_replaced && !source_.reopen())
            return false;
        send_due();
        return true;
    }
    catch (const std::exception &) // out of memory or descriptors: perhaps not the next time
    {
        return false;
    }
}

void Offer::send_due()
{
    serve_plain();
    for (auto &[topic, session] : sessions_)
        serve(session);
}

void Offer::serve_strangers()
{
    const std::lock_guard lock(mutex_);
    plain_.sent_source.clear(); // who comes later wants what the others have
    serve_plain();
    frames_are_due_.notify_all();
}

void Offer::serve_plain()
{
    if (!port_.is_wanted(plain_topic_))
        return;
    serve_newest(plain_);
    plain_.counts.skipped = 0; // they are more than one, and ZeroMQ tells nobody what it drops
}

void Offer::serve(Session &session)
{
    if (!has_credit(session))
        return;
    if (session.credit.every)
        serve_each(session);
    else
        serve_newest(session);
}

void Offer::serve_newest(Session &session)
{
    FrameCopy *copy = source_.newest();
    if (copy == nullptr || (session.sent_cnt0 == copy->frame.cnt0 && session.sent_source == source_.id()))
        return;
    const bool is_counted = session.counted_source == source_.id();
    if (is_counted && copy->frame.cnt0 > session.counted_cnt0)
        session.counts.skipped += copy->frame.cnt0 - session.counted_cnt0 - 1;
    else if (is_counted && session.counts.undelivered > 0)
        --session.counts.undelivered; // sent by an earlier connection, which did not deliver it
    session.sent_source = session.counted_source = source_.id();
    session.sent_cnt0 = session.counted_cnt0 = copy->frame.cnt0;
    send(session, *copy);
}

void Offer::serve_each(Session &session)
{
    if (session.reader == nullptr)
    {
        (void)source_.newest(); // for its id
        std::optional<uint64_t> after;
        if (session.credit.source == source_.id() && !source_.id().empty())
            after = session.credit.after_cnt0;
        else if (session.goes_on)
            after = 0; // a new life began meanwhile
        if (after && session.again_source == source_.id())
            session.counts.overwritten -= std::min(session.counts.overwritten, session.overwritten_again);
        session.overwritten_again = 0;
        session.reader = std::make_unique<OrderedReader>(source_, after);
    }
    while (has_credit(session))
    {
        std::optional<FrameCopy> copy = session.reader->next(session.counts.overwritten);
        if (!copy)
            return;
        if (session.sent_source != session.reader->source())
        {
            session.former_source = session.reader->was_newest() ? "" : session.sent_source;
            session.sent_source = session.reader->source();
            session.life_seq = session.seq + 1;
        }
        session.sent_cnt0 = copy->frame.cnt0;
        send(session, *copy);
    }
}

void Offer::send(Session &session, FrameCopy &copy)
{
    const std::string *keywords = keywords_for(session, true);
    ++session.seq;
    if (is_there(session))
    {
        session.in_flight.push_back({session.seq, copy.frame.cnt0, copy.bytes});
        session.in_flight_bytes += copy.bytes;
    }
    session.sent_ns = last_sent_ns_ = monotonic_ns();
    zmq::message_t data;
    data.copy(copy.data);
    hand_over(data.data());
    port_.send(session.topic, wire::complete(copy.header, session.seq, source_.keyword_changes(), realtime_ns()), &data,
               keywords);
    ++session.counts.frames;
    session.counts.bytes += copy.bytes;
    sent_.count();
}

// Null when the subscriber has them as they are, and need not be told again.
const std::string *Offer::keywords_for(Session &session, bool repeats)
{
    const std::string &keywords = source_.keywords();
    const int64_t now_ns = monotonic_ns();
    if (session.keyword_changes == source_.keyword_changes() &&
        !(repeats && now_ns - session.keywords_sent_ns >= keywords_repeat_ns))
        return nullptr;
    session.keyword_changes = source_.keyword_changes();
    session.keywords_sent_ns = now_ns;
    return &keywords;
}

void Offer::take_credit(const wire::Credit &credit, const std::string &user, int64_t heard_ns)
{
    const std::lock_guard lock(mutex_);
    Session *found = session_of(credit);
    if (found == nullptr)
        return;
    Session &session = *found;
    session.user = user;
    session.heard_ns = monotonic_ns();
    // Threads may bring two credits in the wrong order.
    session.credit.credit = std::max(session.credit.credit, credit.credit);
    session.credit.got = std::max(session.credit.got, std::min(credit.got, session.seq));
    session.credit.sent_ns = credit.sent_ns;
    for (auto &sent = session.in_flight; !sent.empty() && sent.front().seq <= session.credit.got; sent.pop_front())
        session.in_flight_bytes -= sent.front().bytes;
    serve(session);
    if (has_credit(session))
        frames_are_due_.notify_all();
    if (credit.asks)
        answer(session, heard_ns);
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
    session.sent_source = credit.source;
    session.sent_cnt0 = credit.after_cnt0;
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
        return std::pair(is_there(one.second), one.second.heard_ns) <
               std::pair(is_there(other.second), other.second.heard_ns);
    });
    if (is_there(oldest->second))
        throw wire::BadMessage("subscribers: more than " + std::to_string(session_limit) + " of one segment");
    gone_.add(oldest->second.counts);
    sessions_.erase(oldest);
}

// What the earlier connection's reader found overwritten beyond what the subscriber has: a reader that begins there finds it
// again. A life of the segment of which the subscriber has nothing is gone over from its beginning.
void Offer::follow_each(Session &session, const Session &earlier)
{
    const std::string &source = session.credit.source;
    const bool has_life = source == earlier.sent_source;
    session.goes_on = !source.empty() && (has_life || source == earlier.former_source);
    session.overwritten_again = earlier.overwritten_again;
    session.again_source = earlier.again_source;
    const uint64_t after = has_life ? session.credit.after_cnt0 : 0;
    if (!session.goes_on || earlier.sent_cnt0 <= after)
        return;
    const auto sent =
        static_cast<uint64_t>(std::count_if(earlier.in_flight.begin(), earlier.in_flight.end(), [&](const auto &frame) {
            return frame.seq >= earlier.life_seq && frame.cnt0 > after;
        }));
    const uint64_t gone_over = earlier.sent_cnt0 - after;
    session.overwritten_again = gone_over - std::min(gone_over, sent);
    session.again_source = earlier.sent_source;
}

// The subscriber has a new connection: what it did not get by the earlier one is lost, unless it is sent again.
void Offer::follow_on(Session &session, const Session &earlier)
{
    session.counts = earlier.counts;
    session.counted_source = earlier.counted_source;
    session.counted_cnt0 = earlier.counted_cnt0;
    if (session.credit.every)
    {
        follow_each(session, earlier);
        return;
    }
    for (const InFlight &frame : earlier.in_flight)
        if (session.credit.source != earlier.sent_source || frame.cnt0 > session.credit.after_cnt0)
            ++session.counts.undelivered;
}

void Offer::answer(Session &session, int64_t heard_ns)
{
    wire::Answer answer;
    answer.host = host_;
    answer.segment = topic_;
    answer.source = source_.id();
    answer.cnt0 = source_.describe().cnt0;
    answer.seq = session.seq;
    answer.lost = session.counts.undelivered;
    answer.asked_ns = session.credit.sent_ns;
    answer.heard_ns = heard_ns;
    answer.sent_ns = realtime_ns();
    // Those of a segment that rests: who has its newest frame need not wait for the next one.
    const bool has_frame = !source_.id().empty() && session.sent_source == source_.id();
    port_.send(session.topic, wire::write_answer(answer), nullptr, has_frame ? keywords_for(session, false) : nullptr);
}

void Offer::forget(const std::string &private_topic)
{
    const std::lock_guard lock(mutex_);
    // Kept for a while, without what it costs: the subscriber may come again, and then wants to know what was lost.
    if (const auto found = sessions_.find(private_topic); found != sessions_.end())
    {
        found->second.credit.credit = 0;
        found->second.reader.reset();
    }
}

void Offer::tidy()
{
    const std::lock_guard lock(mutex_);
    const int64_t now_ns = monotonic_ns();
    count_published();
    published_.update(now_ns);
    sent_.update(now_ns);
    for (auto at = sessions_.begin(); at != sessions_.end();)
    {
        const bool is_silent = now_ns - at->second.heard_ns > silence_limit_ns;
        if (is_silent)
            gone_.add(at->second.counts);
        at = is_silent ? sessions_.erase(at) : std::next(at);
    }
}

void Offer::count_published()
{
    const uint64_t counter = source_.counter();
    published_.count(counter >= counted_ ? counter - counted_ : counter); // a segment that is made anew begins at 0
    counted_ = counter;
}

wire::Offer Offer::describe()
{
    const std::lock_guard lock(mutex_);
    wire::Offer offer = source_.describe();
    offer.frames_per_second = published_.per_second();
    return offer;
}

namespace
{

DAO_NET_PEER describe_peer(const Session &session, const std::string &topic)
{
    DAO_NET_PEER peer = DAO_NET_PEER_INIT;
    peer.mode = session.credit.every ? DAO_NET_EVERY : DAO_NET_LATEST;
    peer.in_flight = static_cast<uint32_t>(session.in_flight.size());
    peer.frames = session.counts.frames;
    peer.skipped = session.counts.skipped;
    peer.lost = session.counts.lost();
    peer.bytes = session.counts.bytes;
    peer.last_frame_ns = day_time_of(session.sent_ns);
    peer.last_seen_ns = day_time_of(session.heard_ns);
    wire::fill(peer.topic, topic);
    wire::fill(peer.host, session.credit.host);
    wire::fill(peer.user_key, session.user);
    return peer;
}

}

void Offer::list_peers(std::vector<DAO_NET_PEER> &peers)
{
    const std::lock_guard lock(mutex_);
    for (const auto &[topic, session] : sessions_)
        if (is_there(session))
            peers.push_back(describe_peer(session, topic_));
    if (port_.is_wanted(plain_topic_))
    {
        peers.push_back(describe_peer(plain_, topic_));
        peers.back().plain = 1;
    }
}

void Offer::add_totals(DAO_NET_INFO &info)
{
    const std::lock_guard lock(mutex_);
    Counts counts = gone_;
    counts.add(plain_.counts);
    for (const auto &[topic, session] : sessions_)
    {
        counts.add(session.counts);
        info.peers += is_there(session) ? 1u : 0u;
    }
    info.frames += counts.frames;
    info.bytes += counts.bytes;
    info.skipped += counts.skipped;
    info.lost += counts.lost();
    info.peers += port_.is_wanted(plain_topic_) ? 1u : 0u;
    info.frames_per_second += sent_.per_second();
    info.last_frame_ns = std::max(info.last_frame_ns, day_time_of(last_sent_ns_));
}

}
