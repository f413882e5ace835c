#include "wire/frame_text.hpp"

#include "dao.h"

#include <algorithm>
#include <charconv>

namespace dao::net::wire
{

namespace
{

constexpr std::string_view first_changing = ",\"frame_num\":";

std::string write_lasting(const FrameConstants &header)
{
    Json object = {{"v", version},
                   {"dtype", daoTypeName(header.geometry.atype)},
                   {"shape", write_shape(header.geometry)},
                   {"compression", "none"},
                   {"host", header.host},
                   {"source", header.source},
                   {"topic", header.topic},
                   {"depth", header.depth},
                   {"kw_room", header.keyword_room}};
    if (header.hops > 0)
    {
        object["origin"] = to_hex(header.origin);
        object["hops"] = header.hops;
    }
    std::string text = dump(object);
    text.pop_back(); // complete() closes it
    return text;
}

template <class Number>
void add(std::string &text, std::string_view key, Number number)
{
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    text.append(key).append(digits, end);
}

std::string write_changing(const std::string &lasting, const FrameHeader &header)
{
    std::string text;
    text.reserve(lasting.size() + 240);
    text = lasting;
    add(text, first_changing, header.cnt0);
    add(text, ",\"cnt0\":", header.cnt0);
    add(text, ",\"cnt1\":", header.cnt1);
    add(text, ",\"cnt2\":", header.cnt2);
    add(text, ",\"atime_ns\":", header.atime_ns);
    if (header.hops > 0)
        add(text, ",\"origin_cnt0\":", header.origin_cnt0);
    if (header.missed_before > 0)
        add(text, ",\"missed_before\":", std::min(header.missed_before, missed_limit));
    return text;
}

// The key and a whole number as JSON has it, from the beginning of `text`.
template <class Number>
bool take(std::string_view &text, std::string_view key, Number &number)
{
    if (!text.starts_with(key))
        return false;
    text.remove_prefix(key.size());
    const size_t first = text.starts_with('-') ? 1 : 0;
    const bool is_padded =
        text.size() > first + 1 && text[first] == '0' && text[first + 1] >= '0' && text[first + 1] <= '9';
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || is_padded)
        return false;
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    return true;
}

bool take_changing(std::string_view text, bool has_origin, FrameNumbers &numbers)
{
    uint64_t frame_num = 0;
    FrameNumbers read;
    const auto take_origin = [&] {
        read.origin_cnt0 = read.cnt0;
        return !has_origin || take(text, ",\"origin_cnt0\":", read.origin_cnt0);
    };
    const bool is_read = take(text, first_changing, frame_num) && take(text, ",\"cnt0\":", read.cnt0) &&
                         take(text, ",\"cnt1\":", read.cnt1) && take(text, ",\"cnt2\":", read.cnt2) &&
                         take(text, ",\"atime_ns\":", read.atime_ns) && take_origin() &&
                         take(text, ",\"seq\":", read.seq) && take(text, ",\"kw\":", read.kw) &&
                         take(text, ",\"sent_ns\":", read.sent_ns) && text == "}" && is_time(read.sent_ns);
    if (is_read)
        numbers = read;
    return is_read;
}

// Whether the text is the beginning of one object, up to the end of a member: no other one is open in it. Brackets in strings
// count too, which can only refuse more.
bool is_flat(std::string_view text)
{
    return std::count(text.begin(), text.end(), '{') == 1 && std::count(text.begin(), text.end(), '}') == 0 &&
           std::count(text.begin(), text.end(), '[') == std::count(text.begin(), text.end(), ']');
}

}

std::string write_frame_part(const FrameHeader &header)
{
    return write_changing(write_lasting(header), header);
}

std::string complete(const std::string &frame_part, uint64_t seq, uint64_t kw, int64_t sent_ns, uint64_t missed)
{
    std::string text;
    text.reserve(frame_part.size() + 96);
    text = frame_part;
    add(text, ",\"seq\":", seq);
    add(text, ",\"kw\":", kw);
    add(text, ",\"sent_ns\":", sent_ns);
    if (missed > 0)
        add(text, ",\"missed\":", std::min(missed, missed_limit));
    text += '}';
    return text;
}

std::string FramePartWriter::write(const FrameHeader &header)
{
    if (const FrameConstants &now = header; lasting_.empty() || known_ != now)
    {
        known_ = now;
        lasting_ = write_lasting(now);
    }
    return write_changing(lasting_, header);
}

const FrameHeader *HeaderReader::recognise(std::string_view text, uint64_t data_bytes)
{
    const bool is_known = !lasting_.empty() && data_bytes == data_bytes_ && text.size() <= header_limit_bytes &&
                          text.starts_with(lasting_);
    return is_known && take_changing(text.substr(lasting_.size()), known_.hops > 0, known_) ? &known_ : nullptr;
}

void HeaderReader::learn(std::string_view text, const FrameHeader &header, uint64_t data_bytes)
{
    lasting_.clear();
    // In JSON a quotation mark inside a string has a backslash before it, so this is found between members only.
    const size_t end = text.find(first_changing);
    if (end == std::string_view::npos || !is_flat(text.substr(0, end)))
        return;
    known_ = header;
    data_bytes_ = data_bytes;
    if (take_changing(text.substr(end), known_.hops > 0, known_))
        lasting_ = text.substr(0, end);
}

}
