// The part of a subscriber that takes frames of publishers which are not this library's, and refuses pickles.
#include "saturated.hpp"
#include "subscriber/subscriber.hpp"

#include <algorithm>

namespace dao::net
{

namespace
{

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
    const wire::FrameHeader header = wire::read_frame_header(wire::parse_header(view(parts[1])), parts[2].size());
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

}
