// What subscribers say to publishers, and how these answer.
#pragma once

#include "wire/frame.hpp"

#include <algorithm>
#include <vector>

namespace dao::net::wire
{

// Frames that may be under way to one subscriber. For one that wants each, as many as fill a link that takes some milliseconds
// there and back, and no more memory than need be.
constexpr uint64_t latest_window = 2;
constexpr uint64_t most_window = 32;
constexpr uint64_t window_bytes = uint64_t{32} << 20; // then two at most
constexpr uint64_t every_window(uint64_t frame_bytes)
{
    return std::clamp<uint64_t>(window_bytes / std::max<uint64_t>(1, frame_bytes), 2, most_window);
}

// Cumulative: "send me frames up to number `credit` of this private topic". Saying it again does no harm.
struct Credit
{
    std::string topic;       // the private topic's id: one for each connection
    std::string subscriber;  // id of the subscriber, the same through all its connections
    uint64_t connection = 0; // grows with each private topic of the subscriber
    std::string segment;     // topic of the segment; empty: the first that is offered
    std::string host;
    bool every = false;
    bool asks = false; // wants an answer
    bool wants_offers = false;
    uint64_t credit = 0; // no more than `got`: wants none at present
    uint64_t got = 0;    // number of the last frame that came by this topic
    std::string source;  // of the last frame that came by any topic, and its counter
    uint64_t after_cnt0 = 0;
    int64_t sent_ns = 0;
};

std::string write_credit(const Credit &credit);
Credit read_credit(std::string_view text);

// What is offered under a topic.
struct Offer
{
    std::string topic;
    Geometry geometry; // no type while the segment is gone
    uint32_t depth = 0;
    uint64_t cnt0 = 0;
    double frames_per_second = 0;
};

struct Answer
{
    std::string host;
    std::string segment; // topic that is sent; empty when there is none
    std::string source;
    uint64_t cnt0 = 0;    // of the segment's newest frame
    uint64_t seq = 0;     // of the last frame that was sent by this topic, before this answer
    uint64_t lost = 0;    // frames that were sent by this subscriber's earlier topics and did not arrive
    int64_t asked_ns = 0; // `sent_ns` of the credit
    int64_t heard_ns = 0;
    int64_t sent_ns = 0;
};

std::string write_answer(const Answer &answer);
Answer read_answer(const Json &object);
inline bool is_answer(const Json &object)
{
    return object.is_object() && object.contains("answer");
}

std::string write_offers(const std::vector<Offer> &offers);
std::vector<Offer> read_offers(std::string_view text);

}
