// What other machines send: each kind of message, with members altered, left out, put in and of other sizes, and bytes
// changed. A message is taken or refused; what is taken says what was sent, and the copy that it fills is whole.
#include "fuzz.hpp"

#include "beacon/beacon.hpp"
#include "failure.hpp"
#include "subscriber/copy.hpp"
#include "wire/credit.hpp"
#include "wire/keywords.hpp"

#include <array>
#include <atomic>

using namespace fuzz;
using namespace dao::net;

namespace
{

std::string some_topic(Input &input)
{
    return input.below(2) == 0 ? "wfs" : input.text(90);
}

wire::FrameHeader some_header(Input &input)
{
    wire::FrameHeader header;
    header.topic = "wfs";
    header.host = "bench";
    header.source = "0123456789abcdef-00000002";
    header.geometry = {static_cast<uint8_t>(1 + input.below(12)), 1 + input.below(3), {}};
    for (uint32_t axis = 0; axis < header.geometry.naxis; ++axis)
        header.geometry.shape[axis] = 1 + input.below(6);
    header.depth = input.below(5);
    header.keyword_room = input.below(4);
    header.cnt0 = input.take<uint64_t>();
    header.hops = input.below(3);
    header.origin = input.take<uint16_t>();
    header.origin_cnt0 = header.hops > 0 ? input.take<uint64_t>() : header.cnt0;
    return header;
}

wire::Credit some_credit(Input &input)
{
    wire::Credit credit;
    credit.topic = std::string(32, 'a');
    credit.subscriber = std::string(32, 'b');
    credit.segment = some_topic(input);
    credit.host = input.text(20);
    credit.every = input.below(2) == 1;
    credit.asks = input.below(2) == 1;
    credit.credit = input.take<uint64_t>();
    credit.source = input.below(2) == 0 ? "" : "s";
    return credit;
}

std::vector<IMAGE_KEYWORD> some_keywords(Input &input)
{
    std::vector<IMAGE_KEYWORD> keywords(input.below(4));
    for (IMAGE_KEYWORD &keyword : keywords)
    {
        keyword.type = "LDS"[input.below(3)];
        keyword.value.numl = input.take<int64_t>();
        input.text(16).copy(keyword.name, sizeof keyword.name);
        input.text(79).copy(keyword.comment, sizeof keyword.comment - 1);
    }
    return keywords;
}

wire::Json some_value(Input &input)
{
    switch (input.below(10))
    {
    case 0:
        return nullptr;
    case 1:
        return true;
    case 2:
        return -1 - static_cast<int64_t>(input.take<uint32_t>());
    case 3:
        return input.take<uint64_t>();
    case 4:
        return ~uint64_t{0};
    case 5:
        return input.take<double>();
    case 6:
        return wire::Json::array({1, 2, 3, 4});
    case 7:
        return wire::Json::object();
    case 8:
        return std::string(input.take<uint16_t>() % 300, 'x');
    default:
        return input.text(40);
    }
}

void alter(Input &input, wire::Json &value)
{
    for (uint32_t changes = input.below(4); changes > 0 && value.is_structured() && !value.empty(); --changes)
    {
        wire::Json *where = &value;
        if (value.is_array())
            where = &value[input.below(static_cast<uint32_t>(std::min<size_t>(value.size(), 255)))];
        if (!where->is_object() || where->empty())
        {
            *where = some_value(input);
            continue;
        }
        auto member = where->begin();
        std::advance(member, input.below(static_cast<uint32_t>(std::min<size_t>(where->size(), 255))));
        switch (input.below(4))
        {
        case 0:
            where->erase(member);
            break;
        case 1:
            (*where)[input.text(10)] = some_value(input);
            break;
        default:
            *member = some_value(input);
            break;
        }
    }
}

// The text of a message of the kind, altered as values and as bytes.
std::string altered(Input &input, const std::string &whole)
{
    wire::Json value = wire::Json::parse(whole);
    alter(input, value);
    std::string text = wire::dump(value);
    for (uint32_t changes = input.below(3); changes > 0 && !text.empty(); --changes)
        text[input.take<uint16_t>() % text.size()] = static_cast<char>(input.take<uint8_t>());
    if (input.below(8) == 0)
        text.resize(input.take<uint16_t>() % (text.size() + 1));
    return text;
}

// The frame in a copy, where it is small.
void copy_frame(const Folder &folder, Input &input, const wire::FrameHeader &header,
                const std::vector<IMAGE_KEYWORD> &keywords)
{
    const uint64_t bytes = wire::frame_bytes(header.geometry);
    constexpr uint64_t most_bytes = uint64_t{1} << 20;
    if (bytes > most_bytes || uint64_t{header.depth} * (bytes + sizeof(IMAGE_METADATA)) > most_bytes)
        return;
    const std::vector<uint8_t> data(bytes, input.take<uint8_t>()); // not a byte more
    const std::atomic<bool> stops{false};
    Copy copy(input.below(2) == 0 ? "" : folder.file("copy.im.shm"), 0, stops);
    require(copy.fit(header), "a frame of another origin fits");
    try
    {
        copy.set_keywords(keywords);
    }
    catch (const Failure &failure) // more than there is room for
    {
        require(std::strlen(failure.what()) > 0, "a failure has a cause");
    }
    require(copy.write(header, data.data(), {header.cnt0, header.origin, header.hops + 1}) == 1, "it is the first");
    std::vector<uint8_t> read(bytes);
    require(daoShmReadNewest(copy.image().get(), read.data(), wire::element_count(header.geometry), nullptr, nullptr) ==
                    DAO_SUCCESS &&
                read == data,
            "the copy is what was sent");
}

void read_frame(const Folder &folder, Input &input)
{
    const wire::FrameHeader sent = some_header(input);
    const std::string whole = wire::complete(wire::write_frame_part(sent), input.take<uint64_t>(), 0, 5);
    const std::string keywords = altered(input, wire::write_keywords(some_keywords(input)));
    const std::string text = altered(input, whole);
    const uint64_t data_bytes = input.below(4) == 0 ? input.take<uint32_t>() : wire::frame_bytes(sent.geometry);
    const wire::FrameHeader header =
        wire::read_frame_header(wire::parse(text, wire::header_limit_bytes, 4), data_bytes);
    require(wire::frame_bytes(header.geometry) == data_bytes, "a frame has the bytes that its shape needs");
    require(wire::is_topic(header.topic) && header.depth <= 1U << 20U && header.keyword_room <= 65535, "in its limits");
    copy_frame(folder, input, header, wire::read_keywords(keywords).all);
}

void read_credit(Input &input)
{
    const wire::Credit credit = wire::read_credit(altered(input, wire::write_credit(some_credit(input))));
    require(wire::is_id(credit.topic) && wire::is_id(credit.subscriber), "a credit names its topic");
    const std::string again = wire::write_credit(credit);
    require(wire::write_credit(wire::read_credit(again)) == again, "a credit that is sent on is the same");
}

void read_answer(Input &input)
{
    wire::Answer sent;
    sent.host = input.text(20);
    sent.segment = some_topic(input);
    sent.cnt0 = input.take<uint64_t>();
    const wire::Json object = wire::parse(altered(input, wire::write_answer(sent)), wire::header_limit_bytes, 4);
    if (!wire::is_answer(object))
        return;
    const std::string again = wire::write_answer(wire::read_answer(object));
    require(wire::write_answer(wire::read_answer(wire::parse(again, wire::header_limit_bytes, 4))) == again,
            "an answer is the same again");
}

void read_offers(Input &input)
{
    std::vector<wire::Offer> sent(input.below(4));
    for (wire::Offer &offer : sent)
        offer = {some_topic(input), some_header(input).geometry, input.below(9), input.take<uint64_t>(),
                 input.take<double>()};
    for (const wire::Offer &offer : wire::read_offers(altered(input, wire::write_offers(sent))))
        require(offer.geometry.naxis <= 3 && wire::is_topic(offer.topic), "an offer has a name and a shape");
}

void read_others(Input &input)
{
    const std::string text = input.text(255);
    if (const auto port = read_beacon(text))
        require(write_beacon(*port) == text, "a beacon is the same again");
    const std::string clean = wire::clean(text, 79);
    require(clean.size() <= 79 && wire::is_valid_utf8(clean) && wire::clean(clean, 79) == clean, "a text is clean");
    (void)wire::read_keywords(text);
}

}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static const Folder folder;
    Input input(data, bytes);
    try
    {
        switch (input.below(6))
        {
        case 0:
            read_credit(input);
            break;
        case 1:
            read_answer(input);
            break;
        case 2:
            read_offers(input);
            break;
        case 3:
            read_others(input);
            break;
        default:
            read_frame(folder, input);
            break;
        }
    }
    catch (const wire::BadMessage &error)
    {
        require(std::strlen(error.what()) > 0, "a refusal has a cause");
    }
    folder.empty();
    return 0;
}
