// The part of a publisher that offers segments, and tells of them.
#include "publisher/publisher.hpp"

#include <algorithm>

namespace dao::net
{

namespace
{

void refuse_known(const std::vector<std::shared_ptr<Offer>> &offers, const std::string &topic)
{
    for (const std::shared_ptr<Offer> &offer : offers)
        if (offer->topic() == topic)
            throw Failure(DAO_E_EXISTS,
                          topic + ": this publisher offers a segment of that name already; expected another topic");
}

}

void Publisher::publish(const std::string &name, IMAGE *image, const std::string &topic)
{
    const std::vector<OfferPointer> known = all_offers();
    if (image != nullptr && std::any_of(known.begin(), known.end(), [&](const OfferPointer &offer) {
            return offer->topic() == topic && offer->succeed(image);
        }))
        return;
    refuse_known(known, topic);
    // Without the lock, which its thread takes: one that is not offered after all is waited for here.
    const auto fresh = std::make_shared<Offer>(*port_, name, image, topic, host_, [this] { help(); });
    const std::lock_guard lock(mutex_);
    refuse_known(offers_, topic);
    offers_.push_back(fresh);
}

// Ends its thread. The threads of other offers may be using it for a moment yet, and must not be the ones to end it.
void Publisher::end_offer(OfferPointer &offer)
{
    offer->request_stop();
    while (offer.use_count() > 1)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    offer.reset();
}

void Publisher::unpublish(const std::string &topic)
{
    OfferPointer gone;
    {
        const std::lock_guard lock(mutex_);
        const auto found = std::find_if(offers_.begin(), offers_.end(),
                                        [&](const OfferPointer &offer) { return offer->topic() == topic; });
        if (found == offers_.end())
            throw Failure(DAO_E_NOT_FOUND,
                          topic + ": not offered by this publisher; expected the topic of one that is");
        ending_.push_back(*found);
        gone = std::move(*found);
        offers_.erase(found);
    }
    gone->stop();
    count_ended(gone);
    end_offer(gone);
}

// What was sent was sent, also of a segment that is offered no longer.
void Publisher::count_ended(const OfferPointer &ended)
{
    DAO_NET_INFO totals = DAO_NET_INFO_INIT;
    ended->add_totals(totals);
    const std::lock_guard lock(mutex_);
    info_.frames += totals.frames;
    info_.bytes += totals.bytes;
    info_.skipped += totals.skipped;
    info_.lost += totals.lost;
    info_.last_frame_ns = std::max(info_.last_frame_ns, totals.last_frame_ns);
    ending_.erase(std::find(ending_.begin(), ending_.end(), ended));
}

std::vector<Publisher::OfferPointer> Publisher::all_offers()
{
    const std::lock_guard lock(mutex_);
    return offers_;
}

Publisher::OfferPointer Publisher::find(const std::string &topic)
{
    for (const OfferPointer &offer : all_offers())
        if (topic.empty() || offer->topic() == topic)
            return offer;
    return nullptr;
}

DAO_NET_INFO Publisher::describe()
{
    std::vector<OfferPointer> all;
    DAO_NET_INFO info;
    {
        const std::lock_guard lock(mutex_);
        info = info_;
        info.segments = static_cast<uint32_t>(offers_.size());
        all = offers_;
        all.insert(all.end(), ending_.begin(), ending_.end());
    }
    for (const OfferPointer &offer : all)
        offer->add_totals(info);
    info.updated_ns = realtime_ns();
    return info;
}

std::vector<wire::Offer> Publisher::offers()
{
    std::vector<wire::Offer> list;
    for (const OfferPointer &offer : all_offers())
        list.push_back(offer->describe());
    return list;
}

std::vector<DAO_NET_PEER> Publisher::peers()
{
    std::vector<DAO_NET_PEER> list;
    for (const OfferPointer &offer : all_offers())
        offer->list_peers(list);
    return list;
}

std::vector<std::string> Publisher::refused()
{
    const std::lock_guard lock(mutex_);
    return {refused_.begin(), refused_.end()};
}

}
