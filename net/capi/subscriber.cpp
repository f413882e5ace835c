#include "capi/guard.hpp"
#include "subscriber/query.hpp"

using namespace dao::net;
using namespace dao::net::capi;

namespace dao::net::capi
{

std::string whole_name(const std::string &name)
{
    constexpr size_t longest = 79;
    std::error_code error;
    const std::string whole = name.empty() ? name : std::filesystem::absolute(name, error).string();
    return error || whole.size() > longest ? name : whole;
}

namespace
{

// With or without brackets, perhaps followed by an interface: "[fe80::1%eth0]".
bool is_ipv6(std::string_view host)
{
    if (host.size() > 2 && host.front() == '[' && host.back() == ']')
        host = host.substr(1, host.size() - 2);
    const std::string_view address = host.substr(0, host.find('%'));
    return std::count(address.begin(), address.end(), ':') >= 2 &&
           address.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos &&
           host.size() < DAO_NET_HOST_SIZE && host.find_first_of("[]/;") == std::string_view::npos;
}

// ZeroMQ gives other characters a meaning of their own, and connects to nothing that begins with one of ".-_]%".
void check_host(const std::string &host)
{
    const auto is_usable = [](char character, std::string_view others) {
        return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
               (character >= '0' && character <= '9') || others.find(character) != std::string_view::npos;
    };
    constexpr size_t longest = 253; // bytes that name servers take
    const bool is_name =
        host.size() <= longest && is_usable(host[0], "") &&
        std::all_of(host.begin(), host.end(), [&](char character) { return is_usable(character, ".-_"); });
    if (!is_name && !is_ipv6(host))
        throw Failure(DAO_E_ARGUMENT,
                      "host: " + wire::clean(host, 100) + "; expected the name or address of a machine");
}

}

SubscriberOptions read_options(const DAO_NET_SUBSCRIBER_OPTIONS *options)
{
    constexpr DAO_NET_SUBSCRIBER_OPTIONS usual = DAO_NET_SUBSCRIBER_OPTIONS_INIT;
    if (options == nullptr)
        options = &usual;
    check_size(options, "DAO_NET_SUBSCRIBER_OPTIONS");
    SubscriberOptions result;
    if (options->port < 0 || options->port > 65535)
        throw Failure(DAO_E_ARGUMENT,
                      "port: " + std::to_string(options->port) + "; expected 1 to 65535, 0 for the usual one");
    if (options->mode > DAO_NET_EVERY)
        throw Failure(DAO_E_ARGUMENT, "mode: " + std::to_string(options->mode) + "; expected a DAO_NET_MODE");
    result.port = options->port == 0 ? DAO_NET_PORT : options->port;
    result.host = text_or(options->host, "localhost");
    check_host(result.host);
    result.topic = text_or(options->topic, "");
    if (!result.topic.empty())
        check_topic(result.topic);
    result.name = text_or(options->name, "");
    if (result.name.size() > 79)
        throw Failure(DAO_E_NAME, result.name.substr(0, 79) + ": " + std::to_string(result.name.size()) +
                                      " bytes; expected at most 79");
    result.name = whole_name(result.name);
    result.every = options->mode == DAO_NET_EVERY;
    result.depth = options->depth;
    result.max_frame_bytes = std::min<uint64_t>(options->max_frame_bytes, INT64_MAX);
    result.keys = key_or_none(options->keys, "keys");
    result.server_key = key_or_none(options->server_key, "server_key");
    return result;
}

DAO_NET_OFFER to_offer(const wire::Offer &offer, const std::string &host)
{
    DAO_NET_OFFER result = DAO_NET_OFFER_INIT;
    result.atype = offer.geometry.atype;
    result.naxis = static_cast<uint8_t>(offer.geometry.naxis);
    std::copy(offer.geometry.shape.begin(), offer.geometry.shape.end(), result.shape);
    result.depth = offer.depth;
    result.cnt0 = offer.cnt0;
    result.frames_per_second = offer.frames_per_second;
    wire::fill(result.topic, offer.topic);
    wire::fill(result.host, host);
    return result;
}

}

int_fast8_t daoNetOpenSubscriber(const DAO_NET_SUBSCRIBER_OPTIONS *options, DAO_NET **net)
{
    return guarded([&] {
        check_pointer(net, "the place for the handle");
        *net = nullptr;
        auto handle = std::make_unique<DAO_NET>();
        handle->subscriber = std::make_unique<Subscriber>(read_options(options));
        *net = handle.release();
        return DAO_SUCCESS;
    });
}

int_fast8_t daoNetOpenCopy(DAO_NET *net, IMAGE *image, int64_t timeout_ns)
{
    return guarded([&] {
        Subscriber &subscriber = subscriber_of(net);
        check_pointer(image, "the image");
        return subscriber.copies().open(image, timeout_ns);
    });
}

int_fast8_t daoNetOpenNextCopy(DAO_NET *net, IMAGE *image, int64_t timeout_ns)
{
    return guarded([&] {
        Subscriber &subscriber = subscriber_of(net);
        check_pointer(image, "the image");
        return subscriber.copies().open_next(image, timeout_ns);
    });
}

int_fast8_t daoNetPause(DAO_NET *net, int paused)
{
    return guarded([&] {
        subscriber_of(net).pause(paused != 0);
        return DAO_SUCCESS;
    });
}

int_fast8_t daoNetQueryOffers(const DAO_NET_SUBSCRIBER_OPTIONS *options, int64_t timeout_ns, DAO_NET_OFFER *offers,
                              uint32_t capacity, uint32_t *count)
{
    return guarded([&] {
        check_pointer(count, "the place for the count"); // before a publisher is waited for
        if (capacity > 0)
            check_size(offers, "DAO_NET_OFFER");
        const std::optional<OfferList> list = query_offers(read_options(options), timeout_ns);
        if (!list)
        {
            daoSetLastError(DAO_E_TIMEOUT, "subscriber: no publisher answered within the time limit; expected one");
            return DAO_TIMEOUT;
        }
        give_list(list->offers, offers, capacity, count, "DAO_NET_OFFER",
                  [&](const wire::Offer &offer) { return to_offer(offer, list->host); });
        return DAO_SUCCESS;
    });
}

int_fast8_t daoNetGetOrigin(IMAGE *image, const DAO_FRAME *frame, DAO_NET_ORIGIN *origin)
{
    return guarded([&]() -> int_fast8_t {
        check_pointer(image, "the image");
        check_size(origin, "DAO_NET_ORIGIN");
        DAO_FRAME newest = DAO_FRAME_INIT;
        if (frame == nullptr)
        {
            const int_fast8_t status = daoShmGetNewestFrame(image, &newest);
            if (status != DAO_SUCCESS)
                return status;
            frame = &newest;
        }
        check_size(frame, "DAO_FRAME");
        const int_fast8_t held = daoShmCheckFrame(image, frame);
        if (held != DAO_SUCCESS && held != DAO_OVERWRITE)
            return held;
        const std::optional<Mark> mark =
            held == DAO_SUCCESS ? read_mark(image->md[frame->slot], frame->cnt0) : std::nullopt;
        if (!mark || daoShmCheckFrame(image, frame) != DAO_SUCCESS)
        {
            daoSetLastError(DAO_E_NOT_READY,
                            "the frame did not come through a network, or its slot holds another by now");
            return DAO_NOTREADY;
        }
        *origin = {sizeof *origin, mark->hops, mark->cnt0, mark->origin, mark->missed};
        return DAO_SUCCESS;
    });
}
