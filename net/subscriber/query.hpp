// Asking a publisher what it offers.
#pragma once

#include "subscriber/subscriber.hpp"

namespace dao::net
{

struct OfferList
{
    std::string host;
    std::vector<wire::Offer> offers;
};

// None when nobody answered in time. Throws Failure when the publisher refuses.
std::optional<OfferList> query_offers(const SubscriberOptions &options, int64_t timeout_ns);

}
