// The part of an offer that tells what it is and does.
#include "publisher/offer.hpp"

#include <algorithm>

namespace dao::net
{

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
    peer.last_seen_ns = day_time_of(session.seen_ns);
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
        if (session.is_there)
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
        info.peers += session.is_there ? 1u : 0u;
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
