// The part of a subscriber that fills the copy, and counts what did not come.
#include "saturated.hpp"
#include "subscriber/subscriber.hpp"
#include "wire/keywords.hpp"

#include <algorithm>

namespace dao::net
{

namespace
{

template <size_t Size>
void show(char (&field)[Size], const std::string &text)
{
    if (text != field)
        wire::fill(field, text);
}

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
        passed_over_ = saturated_sum(passed_over_, shown_copies_.make_room());
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
    {
        shown_copies_.show(copy_.image().get());
        copy_.retire_former();
    }
    known_changes_ = info_.copies = copy_.changes();
    shown_copies_.tell();
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
