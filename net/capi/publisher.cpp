#include "capi/guard.hpp"

#include <cstring>

using namespace dao::net;
using namespace dao::net::capi;

namespace
{

int port_of(int32_t port)
{
    if (port < -1 || port > 65535)
        throw Failure(DAO_E_ARGUMENT,
                      "port: " + std::to_string(port) + "; expected 1 to 65535, 0 for the usual one, -1 for any");
    return port == 0 ? DAO_NET_PORT : port;
}

PublisherOptions read_publisher_options(const DAO_NET_PUBLISHER_OPTIONS *options)
{
    constexpr DAO_NET_PUBLISHER_OPTIONS usual = DAO_NET_PUBLISHER_OPTIONS_INIT;
    if (options == nullptr)
        options = &usual;
    check_size(options, "DAO_NET_PUBLISHER_OPTIONS");
    PublisherOptions result;
    result.keys = key_or_none(options->keys, "keys");
    result.clients = key_or_none(options->clients, "clients");
    if (!result.clients.empty() && result.keys.empty())
        throw Failure(DAO_E_ARGUMENT, "clients: allowed keys without keys of the publisher; expected `keys` too");
    result.address = text_or(options->bind, result.keys.empty() ? "127.0.0.1" : "*");
    if (result.address == "localhost") // the one name that stands for an address on any machine
        result.address = "127.0.0.1";
    result.port = port_of(options->port);
    return result;
}

std::string topic_for(const char *topic, const char *name)
{
    const std::string result = topic != nullptr ? topic : wire::topic_of(name);
    check_topic(result);
    return result;
}

}

int_fast8_t daoNetOpenPublisher(const DAO_NET_PUBLISHER_OPTIONS *options, DAO_NET **net)
{
    return guarded([&] {
        check_pointer(net, "the place for the handle");
        *net = nullptr;
        auto handle = std::make_unique<DAO_NET>();
        handle->publisher = std::make_unique<Publisher>(read_publisher_options(options));
        *net = handle.release();
        return DAO_SUCCESS;
    });
}

int_fast8_t daoNetPublish(DAO_NET *net, const char *name, const char *topic)
{
    return guarded([&] {
        Publisher &publisher = publisher_of(net);
        check_pointer(name, "the segment's name");
        publisher.publish(whole_name(name), nullptr, topic_for(topic, name));
        return DAO_SUCCESS;
    });
}

int_fast8_t daoNetPublishImage(DAO_NET *net, IMAGE *image, const char *topic)
{
    return guarded([&] {
        Publisher &publisher = publisher_of(net);
        check_pointer(image, "the image");
        if (image->used != 1 || image->md == nullptr)
            throw Failure(DAO_E_CLOSED, "image: not open; expected an open one");
        publisher.publish("", image, topic_for(topic, image->name));
        return DAO_SUCCESS;
    });
}

int_fast8_t daoNetUnpublish(DAO_NET *net, const char *topic)
{
    return guarded([&] {
        Publisher &publisher = publisher_of(net);
        check_pointer(topic, "the topic");
        publisher.unpublish(topic);
        return DAO_SUCCESS;
    });
}

int_fast8_t daoNetTopicOf(const char *name, char *topic)
{
    return guarded([&] {
        check_pointer(name, "the segment's name");
        check_pointer(topic, "the place for the topic");
        const std::string result = topic_for(nullptr, name);
        std::memcpy(topic, result.c_str(), result.size() + 1);
        return DAO_SUCCESS;
    });
}

int_fast8_t daoNetGetPeers(DAO_NET *net, DAO_NET_PEER *peers, uint32_t capacity, uint32_t *count)
{
    return guarded([&] {
        give_list(publisher_of(net).peers(), peers, capacity, count, "DAO_NET_PEER",
                  [](const DAO_NET_PEER &peer) { return peer; });
        return DAO_SUCCESS;
    });
}

int_fast8_t daoNetGetOffers(DAO_NET *net, DAO_NET_OFFER *offers, uint32_t capacity, uint32_t *count)
{
    return guarded([&] {
        Publisher &publisher = publisher_of(net);
        give_list(publisher.offers(), offers, capacity, count, "DAO_NET_OFFER",
                  [&](const wire::Offer &offer) { return to_offer(offer, publisher.host()); });
        return DAO_SUCCESS;
    });
}

int_fast8_t daoNetGetRefused(DAO_NET *net, char (*keys)[DAO_NET_KEY_SIZE], uint32_t capacity, uint32_t *count)
{
    return guarded([&] {
        give_keys(publisher_of(net).refused(), keys, capacity, count);
        return DAO_SUCCESS;
    });
}
