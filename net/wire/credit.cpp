#include "wire/credit.hpp"

#include "dao.h"

namespace dao::net::wire
{

namespace
{

constexpr size_t offer_count_limit = 100'000;

std::string id_member(const Json &object, const char *key)
{
    std::string id = text_member(object, key, 32);
    if (!is_id(id))
        throw BadMessage(std::string(key) + ": " + clean(id, 40) + "; expected 32 hexadecimal digits");
    return id;
}

std::string topic_or_nothing(const Json &object, const char *key)
{
    std::string topic = text_member(object, key, topic_limit_bytes);
    if (!topic.empty() && !is_topic(topic))
        throw BadMessage(std::string(key) + ": not a topic; expected UTF-8 without control characters");
    return topic;
}

bool flag_member(const Json &object, const char *key)
{
    return unsigned_member_or(object, key, 0, 1) == 1;
}

Json write_offer(const Offer &offer)
{
    const char *type = daoTypeName(offer.geometry.atype);
    return {{"topic", offer.topic},
            {"dtype", type != nullptr ? type : ""},
            {"shape", write_shape(offer.geometry)},
            {"depth", offer.depth},
            {"cnt0", offer.cnt0},
            {"rate", offer.frames_per_second}};
}

constexpr double most_frames_per_second = 1e9;

Offer read_offer(const Json &object)
{
    Offer offer;
    offer.topic = text_member(object, "topic", topic_limit_bytes);
    if (!is_topic(offer.topic))
        throw BadMessage("topic: not a topic; expected UTF-8 without control characters");
    offer.geometry.atype = find_type(text_member(object, "dtype", 40));
    const Json &shape = member(object, "shape");
    if (!shape.is_array() || shape.size() > offer.geometry.shape.size())
        throw BadMessage("shape: " + clean(dump(shape), 40) + "; expected a list of at most 3 numbers");
    for (const Json &size : shape)
    {
        if (!size.is_number_unsigned())
            throw BadMessage("shape: " + clean(dump(shape), 40) + "; expected numbers from 0");
        offer.geometry.shape[offer.geometry.naxis++] =
            static_cast<uint32_t>(std::min<uint64_t>(size.get<uint64_t>(), std::numeric_limits<uint32_t>::max()));
    }
    offer.depth = static_cast<uint32_t>(unsigned_member(object, "depth", std::numeric_limits<uint32_t>::max()));
    offer.cnt0 = unsigned_member(object, "cnt0");
    if (const Json &rate = member(object, "rate"); rate.is_number())
        offer.frames_per_second = std::clamp(rate.get<double>(), 0.0, most_frames_per_second);
    return offer;
}

}

std::string write_credit(const Credit &credit)
{
    Json object = {{"v", version},
                   {"topic", credit.topic},
                   {"subscriber", credit.subscriber},
                   {"connection", credit.connection},
                   {"segment", credit.segment},
                   {"host", credit.host},
                   {"mode", credit.every ? "every" : "latest"},
                   {"credit", credit.credit},
                   {"got", credit.got},
                   {"sent_ns", credit.sent_ns}};
    if (!credit.source.empty())
    {
        object["source"] = credit.source;
        object["after"] = credit.after_cnt0;
    }
    if (credit.asks)
        object["ask"] = 1;
    if (credit.wants_offers)
        object["list"] = 1;
    return dump(object);
}

Credit read_credit(std::string_view text)
{
    const Json object = parse(text, header_limit_bytes, 2);
    check_version(object);
    Credit credit;
    credit.topic = id_member(object, "topic");
    credit.subscriber = id_member(object, "subscriber");
    credit.connection = unsigned_member_or(object, "connection", 0);
    credit.segment = topic_or_nothing(object, "segment");
    credit.host = clean(text_member(object, "host", host_limit_bytes), host_limit_bytes);
    const std::string mode = text_member(object, "mode", 10);
    if (mode != "latest" && mode != "every")
        throw BadMessage("mode: " + clean(mode, 10) + "; expected latest or every");
    credit.every = mode == "every";
    credit.credit = unsigned_member(object, "credit");
    credit.got = unsigned_member(object, "got");
    credit.sent_ns = time_member(object, "sent_ns");
    credit.source = text_member_or(object, "source", "", source_limit_bytes);
    credit.after_cnt0 = unsigned_member_or(object, "after", 0);
    credit.asks = flag_member(object, "ask");
    credit.wants_offers = flag_member(object, "list");
    return credit;
}

std::string write_answer(const Answer &answer)
{
    return dump({{"v", version},
                 {"answer", 1},
                 {"host", answer.host},
                 {"segment", answer.segment},
                 {"source", answer.source},
                 {"cnt0", answer.cnt0},
                 {"seq", answer.seq},
                 {"lost", answer.lost},
                 {"asked_ns", answer.asked_ns},
                 {"heard_ns", answer.heard_ns},
                 {"sent_ns", answer.sent_ns}});
}

Answer read_answer(const Json &object)
{
    check_version(object);
    Answer answer;
    answer.host = clean(text_member(object, "host", host_limit_bytes), host_limit_bytes);
    answer.segment = topic_or_nothing(object, "segment");
    answer.source = clean(text_member(object, "source", source_limit_bytes), source_limit_bytes);
    answer.cnt0 = unsigned_member(object, "cnt0");
    answer.seq = unsigned_member(object, "seq");
    answer.lost = unsigned_member(object, "lost");
    answer.asked_ns = time_member(object, "asked_ns");
    answer.heard_ns = time_member(object, "heard_ns");
    answer.sent_ns = time_member(object, "sent_ns");
    return answer;
}

std::string write_offers(const std::vector<Offer> &offers)
{
    Json list = Json::array();
    for (const Offer &offer : offers)
        list.push_back(write_offer(offer));
    return dump(list);
}

std::vector<Offer> read_offers(std::string_view text)
{
    const Json list = parse(text, offers_limit_bytes, 3);
    if (!list.is_array() || list.size() > offer_count_limit)
        throw BadMessage(std::string("offers: ") + list.type_name() + " of " + std::to_string(list.size()) +
                         "; expected an array of at most 100000");
    std::vector<Offer> offers;
    for (const Json &object : list)
        try
        {
            offers.push_back(read_offer(object));
        }
        catch (const BadMessage &) // costs the others nothing
        {
        }
    return offers;
}

}
