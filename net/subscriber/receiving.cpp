// The part of a subscriber that takes messages.
#include "saturated.hpp"
#include "subscriber/subscriber.hpp"
#include "wire/keywords.hpp"

#include <algorithm>

namespace dao::net
{

namespace
{

constexpr int messages_at_once = 64; // before other things get their turn
constexpr int64_t stranger_after_ns = 3 * second_ns / 2;

// Python's pickle protocols 2 to 5 begin so; and so may the data of a frame that has a header.
bool is_pickle(std::string_view part)
{
    return part.size() >= 2 && part[0] == '\x80' && part[1] >= 2 && part[1] <= 5;
}

bool has_pickle(const Parts &parts)
{
    const bool has_header = parts.size() >= 3 && view(parts[1]).starts_with('{');
    return !has_header &&
           std::any_of(parts.begin(), parts.end(), [](const auto &part) { return is_pickle(view(part)); });
}

template <size_t Size>
void show(char (&field)[Size], const std::string &text)
{
    if (text != field)
        wire::fill(field, text);
}

wire::Json read_json(const zmq::message_t &header)
{
    return wire::parse(view(header), wire::header_limit_bytes, 4);
}

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
    const wire::Json header = read_json(parts[1]);
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

// A publisher that does not answer may be a program of few lines that sends by the topic's plain name.
void Subscriber::look_for_strangers(int64_t now_ns)
{
    if (is_answered_ || looks_for_strangers_ || now_ns - session_began_ns_ < stranger_after_ns)
        return;
    looks_for_strangers_ = true;
    stranger_seq_ = 0;
    stranger_topic_.clear(); // everything: a pickle says what to say
    subscribe(stranger_topic_, true);
}

void Subscriber::take_stranger(Parts &parts)
{
    if (!looks_for_strangers_)
        return;
    const int64_t received_ns = realtime_ns();
    if (has_pickle(parts))
    {
        if (!has_told_of_pickles_)
            note_bad("a publisher of DAO's, whose pickles are not safe; expected one of daoShm");
        has_told_of_pickles_ = true;
        return;
    }
    if (parts.size() < 3)
        throw wire::BadMessage("a message of " + std::to_string(parts.size()) +
                               " parts, of a publisher that is not daoShm's; expected topic, header, data");
    const wire::FrameHeader header = wire::read_frame_header(read_json(parts[1]), parts[2].size());
    const std::string wanted = wanted_topic();
    if (view(parts[0]) != header.topic + '\0')
        throw wire::BadMessage("topic: " + wire::clean(view(parts[0]), 79) + " in the first part, " + header.topic +
                               " in the header; expected the same, with a zero byte at the end of the first part");
    if (!wanted.empty() && header.topic != wanted)
        return;
    if (stranger_topic_.empty()) // found: the rest is not needed
    {
        subscribe(header.topic + '\0', true);
        subscribe(stranger_topic_, false);
        stranger_topic_ = header.topic + '\0';
    }
    else if (header.seq > stranger_seq_ + 1 && stranger_seq_ != 0)
        seq_gaps_ = saturated_sum(seq_gaps_, header.seq - stranger_seq_ - 1);
    stranger_seq_ = header.seq;
    take_frame(header, parts, received_ns);
}

void Subscriber::take_frame(const wire::FrameHeader &header, const Parts &parts, int64_t received_ns)
{
    if (options_.max_frame_bytes != 0 && parts[2].size() > options_.max_frame_bytes)
    {
        set_state(DAO_NET_FAILED, "");
        throw wire::BadMessage("frame: " + std::to_string(parts[2].size()) + " bytes; expected at most " +
                               std::to_string(options_.max_frame_bytes) + ", as this subscriber was told");
    }
    if (is_paused_ || has_dropped_)
    {
        if (!has_dropped_)
            taken_seq_ = header.seq - std::min<uint64_t>(header.seq, 1);
        has_dropped_ = true; // it counts with those that are not sent
        return;
    }
    if (header.source == source_ && header.cnt0 <= source_cnt0_)
        return; // seen: sent again by a new connection
    count(header);
    try
    {
        // Frames that come from the copy itself, by way of the publisher's machine, would go round without end.
        if (header.hops < hop_limit && copy_.fit(header))
        {
            write(header, parts, received_ns);
            return;
        }
    }
    catch (const Failure &error) // it cannot be written here; the next one perhaps
    {
        gaps_ = saturated_sum(gaps_, 1);
        seq_gaps_ = saturated_sum(seq_gaps_, 1);
        show_lost();
        set_state(DAO_NET_FAILED, error.what());
        return;
    }
    const std::lock_guard lock(mutex_);
    ++info_.echoes;
    if (info_.frames == 0)
        wire::fill(info_.message, header.hops < hop_limit
                                      ? "its frames come from this copy itself: none is taken"
                                      : "its frames have come through too many networks: none is taken");
}

void Subscriber::show_lost()
{
    const std::lock_guard lock(mutex_);
    info_.lost = options_.every ? gaps_ : std::min(gaps_, saturated_sum(seq_gaps_, confirmed_lost_));
    info_.skipped = options_.every ? 0 : gaps_ - info_.lost;
    info_.missed_before = missed_before_;
}

void Subscriber::count(const wire::FrameHeader &header)
{
    // Of a new life only the publisher knows whether frames were missed in it, or published before this subscriber came.
    const uint64_t gap =
        header.source == source_ ? header.cnt0 - source_cnt0_ - 1 : header.missed - header.missed_before;
    gaps_ = saturated_sum(gaps_, gap);
    if (!source_.empty())
        missed_before_ = saturated_sum(missed_before_, missed_before(header, gap));
    source_ = header.source;
    source_cnt0_ = header.cnt0;
    origin_ = header.origin;
    origin_cnt0_ = header.origin_cnt0;
}

// Frames since the last one that did not come to the publisher's segment: a gap in the origin's counter that is none of the
// publisher's. Of another origin, or one whose counter was set back, only the frame itself can tell.
uint64_t Subscriber::missed_before(const wire::FrameHeader &header, uint64_t gap) const
{
    const bool goes_on = header.hops > 0 && header.origin == origin_ && header.origin_cnt0 > origin_cnt0_;
    const uint64_t all = goes_on ? header.origin_cnt0 - origin_cnt0_ - 1 : 0;
    return std::max(all - std::min(all, gap), header.missed_before);
}

void Subscriber::write(const wire::FrameHeader &header, const Parts &parts, int64_t received_ns)
{
    become_live();
    if (parts.size() == 4)
        take_keywords(view(parts[3]));
    if (known_changes_ != copy_.changes())
        passed_over_ = saturated_sum(passed_over_, give_up_copies());
    const uint64_t cnt0 =
        copy_.write(header, parts[2].data(),
                    {header.origin_cnt0, header.origin, header.hops + 1, saturated_sum(header.missed, passed_over_)});
    passed_over_ = 0;
    rate_.count();
    show_lost();

    const std::lock_guard lock(mutex_);
    if (info_.frames == 0 && began_)
        info_.first_is_earlier = header.source == began_->source && header.cnt0 <= began_->cnt0 ? 1 : 0;
    ++info_.frames;
    info_.bytes += parts[2].size();
    info_.source_cnt0 = header.cnt0;
    info_.source_cnt1 = header.cnt1;
    info_.source_cnt2 = header.cnt2;
    info_.source_atime_ns = header.atime_ns;
    info_.cnt0 = cnt0;
    last_frame_ns_ = lasting_ns();
    info_.delay_ns = received_ns - header.sent_ns + clock_.offset_ns();
    if (clock_.is_known())
        patience_.learn(info_.delay_ns);
    info_.depth = copy_.depth();
    show(info_.topic, header.topic);
    show(info_.host, header.host);
    show(info_.source, header.source);
    if (known_changes_ == copy_.changes()) // also where a file had to be made anew to write to it
        return;
    if (options_.name.empty())
        show_copy();
    known_changes_ = info_.copies = copy_.changes();
    const uint8_t news = 1;
    (void)daoShmSetData(news_.get(), &news, 1);
}

// What was wrong before is no longer; what is found wrong from now on is shown.
void Subscriber::become_live()
{
    is_unreadable_ = false;
    const std::lock_guard lock(mutex_);
    if (info_.state != DAO_NET_LIVE)
        info_.message[0] = 0;
    info_.state = DAO_NET_LIVE;
}

void Subscriber::take_keywords(std::string_view text)
{
    std::string problem;
    const bool is_repeated = text == keywords_;
    try
    {
        if (is_repeated)
            copy_.write_keywords(); // who made the copy anew, or writes to it, may have changed them
        else
            problem = read_keywords(text);
    }
    catch (const std::runtime_error &error) // the frame counts more
    {
        problem = error.what();
    }
    if (problem.empty() || (is_repeated && problem == keywords_problem_)) // told already
        return;
    note_bad(problem);
    keywords_problem_ = problem;
}

// Returns what was wrong with one of them.
std::string Subscriber::read_keywords(std::string_view text)
{
    keywords_ = std::string(text);
    wire::Keywords keywords = wire::read_keywords(text);
    copy_.set_keywords(std::move(keywords.all));
    return keywords.problem;
}

}
