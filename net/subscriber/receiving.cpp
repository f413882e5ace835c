// The part of a subscriber that takes messages.
#include "saturated.hpp"
#include "subscriber/subscriber.hpp"

#include <algorithm>

namespace dao::net
{

namespace
{

constexpr int messages_at_once = 64; // before other things get their turn

}

void Subscriber::receive_all()
{
    Parts parts;
    bool is_whole = false;
    for (int count = 0; count < messages_at_once; ++count)
        try
        {
            if (!receive(socket_, parts, is_whole))
            {
                may_have_more_ = false;
                return;
            }
            last_heard_ns_ = monotonic_ns();
            if (!is_whole)
                throw wire::BadMessage("a message of more than 4 parts; expected at most 4");
            take(parts);
        }
        catch (const wire::BadMessage &error)
        {
            note_bad(error.what());
        }
        catch (const Failure &error)
        {
            set_state(DAO_NET_FAILED, error.what());
        }
}

void Subscriber::take(Parts &parts)
{
    if (!take_private(parts))
        take_stranger(parts);
}

// A message by this connection's topic, or by the one before, which the socket may still have had.
bool Subscriber::take_private(Parts &parts)
{
    const std::string_view topic = view(parts[0]);
    if (topic.empty() || topic[0] != wire::private_mark)
        return false;
    const bool is_current = topic == session_topic_;
    if (!is_current && topic != earlier_topic_)
        return true; // another subscriber's, which a relay may bring
    if (parts.size() < 2)
        throw wire::BadMessage("a message of one part; expected a header");
    const int64_t received_ns = realtime_ns();
    const uint64_t data_bytes = parts.size() >= 3 ? parts[2].size() : 0;
    if (const wire::FrameHeader *known = header_reader_.recognise(view(parts[1]), data_bytes))
    {
        take_own_frame(*known, parts, received_ns, is_current);
        return true;
    }
    const wire::Json header = wire::parse_header(view(parts[1]));
    if (wire::is_answer(header))
    {
        if (is_current)
            take_answer(header, parts);
        return true;
    }
    if (parts.size() < 3)
        throw wire::BadMessage("a frame of two parts; expected a header and data");
    const wire::FrameHeader frame = wire::read_frame_header(header, data_bytes);
    header_reader_.learn(view(parts[1]), frame, data_bytes);
    take_own_frame(frame, parts, received_ns, is_current);
    return true;
}

void Subscriber::take_own_frame(const wire::FrameHeader &frame, const Parts &parts, int64_t received_ns,
                                bool is_current)
{
    if (is_current)
    {
        is_answered_ = true; // by who knows of the session: its answer follows, unless the link breaks first
        if (frame.seq > received_seq_ + 1)
            seq_gaps_ = saturated_sum(seq_gaps_, frame.seq - received_seq_ - 1);
        received_seq_ = std::max(received_seq_, frame.seq);
    }
    take_frame(frame, parts, received_ns);
    // Half of what may be under way is left while the credit travels.
    const uint64_t window = options_.every ? wire::every_window(parts[2].size()) : wire::latest_window;
    if (is_current && received_seq_ - told_seq_ >= window / 2)
        send_credit(false);
}

void Subscriber::take_answer(const wire::Json &object, const Parts &parts)
{
    const wire::Answer answer = wire::read_answer(object);
    is_answered_ = true;
    if (looks_for_strangers_)
    {
        subscribe(stranger_topic_, false);
        looks_for_strangers_ = false;
    }
    // Messages come in the order in which they were sent: what was sent before this and is not here does not come.
    const bool is_stalled = answer.seq > received_seq_;
    if (is_stalled)
    {
        seq_gaps_ = saturated_sum(seq_gaps_, answer.seq - received_seq_);
        received_seq_ = answer.seq;
    }
    if (!answer.segment.empty() && !began_)
        began_ = Began{answer.source, answer.cnt0};
    confirmed_lost_ = answer.lost;
    show_lost(); // the segment may rest
    if (is_unreadable_ && source_cnt0_ != 0 && answer.source == source_ && answer.cnt0 == source_cnt0_)
        become_live(); // nothing is missing
    clock_.add(answer.asked_ns, answer.heard_ns, answer.sent_ns, realtime_ns());
    {
        const std::lock_guard lock(mutex_);
        wire::fill(info_.host, answer.host);
        info_.round_trip_ns = clock_.round_trip_ns();
        info_.clock_offset_ns = clock_.offset_ns();
        if (answer.segment.empty() && info_.state != DAO_NET_FAILED)
        {
            info_.state = DAO_NET_WAITING;
            wire::fill(info_.message, "the publisher offers no such segment");
        }
        else if (info_.state == DAO_NET_WAITING)
        {
            if (info_.echoes == 0)
                info_.message[0] = 0;
            // After a new connection, when nothing was published meanwhile.
            if (source_cnt0_ != 0 && answer.source == source_)
                info_.state = DAO_NET_LIVE;
        }
    }
    if (is_stalled)
        send_credit(false);
    if (parts.size() == 3 && answer.source == source_ && copy_.changes() != 0)
        take_keywords(view(parts[2]));
    // The newest counter may be one less for a moment, while the next frame is published.
    if (answer.source == source_ && answer.cnt0 < source_cnt0_ - std::min<uint64_t>(source_cnt0_, 1))
        forget_source();
}

// Its counter was set back where no publisher saw it: its frames look as if they had come, to the publisher too.
void Subscriber::forget_source()
{
    source_.clear();
    source_cnt0_ = 0;
    begin_session();
}

}
