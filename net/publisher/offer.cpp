#include "publisher/offer.hpp"

#include "handover.hpp"
#include "platform/platform.hpp"
#include "saturated.hpp"

#include <algorithm>

namespace dao::net
{

namespace
{

constexpr auto rest_time = std::chrono::milliseconds(100); // until a segment that is gone is looked for again
constexpr int64_t keywords_repeat_ns = second_ns;
constexpr int64_t silence_limit_ns = 35 * second_ns; // longer than a dead connection lives

}

Offer::Offer(Port &port, const std::string &name, IMAGE *image, const std::string &topic, const std::string &host,
             std::function<void()> published)
    : topic_(topic), plain_topic_(topic + '\0'), host_(host), port_(port), source_(name, image, topic, host)
{
    plain_.topic = plain_topic_;
    const platform::NoSignals no_signals;
    thread_ = std::thread([this, published = std::move(published)] { run(published); });
}

Offer::~Offer()
{
    stop();
}

void Offer::stop()
{
    request_stop();
    if (thread_.joinable())
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
            const Source::Wait found = wait_until_due() ? source_.wait(-1) : source_.look();
            if (found == Source::Wait::nothing)
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
    if (!stops_)
        frames_are_due_.wait_for(lock, rest_time);
}

bool Offer::succeed(IMAGE *image)
{
    const std::lock_guard lock(mutex_);
    if (!source_.succeed(image))
        return false;
    frames_are_due_.notify_all();
    return true;
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
           std::any_of(sessions_.begin(), sessions_.end(), [](const auto &entry) { return entry.second.has_credit(); });
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
        source_.wait_again();
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
    if (stops_)
        return;
    plain_.sent = {}; // who comes later wants what the others have
    plain_.keyword_changes = 0;
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
    if (!session.has_credit())
        return;
    if (session.credit.every)
        serve_each(session);
    else
        serve_newest(session);
}

void Offer::serve_newest(Session &session)
{
    FrameCopy *copy = source_.newest();
    const Place now = source_.place();
    if (copy == nullptr || session.sent == now)
        return;
    if (session.counted.life != 0 && now > session.counted)
        session.counts.skipped += skipped_between(session.counted, now);
    else if (session.counted.life != 0 && session.counts.undelivered > 0)
        --session.counts.undelivered; // sent by an earlier connection, which did not deliver it
    const bool is_known = session.sent.life == 0 || session.sent.life == now.life; // from the counters
    const uint64_t missed = is_known ? 0 : skipped_between(session.sent, now);
    session.sent = session.counted = now;
    send(session, *copy, missed);
}

uint64_t Offer::skipped_between(const Place &one, const Place &other) const
{
    const uint64_t published = source_.lives().between(one, other);
    return published - std::min<uint64_t>(published, 1);
}

void Offer::serve_each(Session &session)
{
    if (session.reader == nullptr)
    {
        (void)source_.counter(); // for its place
        session.reader = std::make_unique<OrderedReader>(source_, session.sent);
    }
    while (session.has_credit())
    {
        uint64_t lost = 0;
        std::optional<FrameCopy> copy = session.reader->next(lost);
        if (!copy)
            return;
        session.counts.overwritten += lost;
        session.sent = session.reader->place();
        send(session, *copy, lost);
    }
}

void Offer::send(Session &session, FrameCopy &copy, uint64_t missed)
{
    const std::string *keywords = keywords_for(session, true);
    ++session.seq;
    if (session.is_there)
    {
        session.in_flight.push_back({session.seq, session.sent, copy.bytes});
        session.in_flight_bytes += copy.bytes;
    }
    session.sent_ns = last_sent_ns_ = lasting_ns();
    zmq::message_t data;
    data.copy(copy.data);
    hand_over(data.data());
    port_.send(session.topic,
               wire::complete(copy.header, session.seq, source_.keyword_changes(), realtime_ns(),
                              saturated_sum(missed, copy.missed)),
               &data, keywords);
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

void Offer::tidy()
{
    const std::lock_guard lock(mutex_);
    const int64_t now_ns = monotonic_ns();
    count_published();
    published_.update(now_ns);
    sent_.update(now_ns);
    for (auto at = sessions_.begin(); at != sessions_.end();)
        at = now_ns - at->second.heard_ns > silence_limit_ns ? give_up(at) : std::next(at);
}

void Offer::count_published()
{
    const uint64_t counter = source_.counter();
    published_.count(counter >= counted_ ? counter - counted_ : counter); // a segment that is made anew begins at 0
    counted_ = counter;
}

}
