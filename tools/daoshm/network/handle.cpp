#include "network/handle.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "platform/memory.hpp"
#include "platform/platform.hpp"
#include "text/exit_code.hpp"
#include "text/numbers.hpp"
#include "timing/interrupt.hpp"

namespace daoshm
{

namespace
{

constexpr int64_t slice_ns = 100'000'000; // how late an interrupt is noticed at most

const char *text_or_null(const std::string &text)
{
    return text.empty() ? nullptr : text.c_str();
}

std::string or_environment(const std::string &given, const char *variable)
{
    return given.empty() ? environment(variable) : given;
}

bool is_loopback(std::string_view endpoint)
{
    return endpoint.starts_with("tcp://127.") || endpoint.starts_with("tcp://[::1]:");
}

}

void require(int_fast8_t status)
{
    if (status == DAO_SUCCESS)
        return;
    throw ToolError(daoLastErrorMessage(), status == DAO_TIMEOUT ? exit_timeout : exit_error);
}

DAO_NET_INFO info_of(const NetHandle &net)
{
    DAO_NET_INFO info = DAO_NET_INFO_INIT;
    require(daoNetGetInfo(net.get(), &info));
    return info;
}

const char *state_word(const DAO_NET_INFO &info)
{
    switch (info.state)
    {
    case DAO_NET_CONNECTING:
        return "nobody answers";
    case DAO_NET_WAITING:
        return "no frame yet";
    case DAO_NET_REFUSED:
        return "refused";
    case DAO_NET_FAILED:
        return "failed";
    default:
        return "live";
    }
}

std::string state_text(const DAO_NET_INFO &info)
{
    return info.message[0] == 0 ? state_word(info) : fmt::format("{}: {}", state_word(info), info.message);
}

std::optional<double> plausible_rate(double hertz)
{
    constexpr double most_hz = 1e9;
    return hertz >= 0 && hertz <= most_hz ? std::optional(hertz) : std::nullopt; // neither holds for a NaN
}

std::string plausible_rate_text(double hertz)
{
    const std::optional<double> rate_hz = plausible_rate(hertz);
    return rate_hz ? rate_text(*rate_hz) : "-";
}

std::string geometry_text(const DAO_NET_OFFER &offer)
{
    const char *type = daoTypeName(offer.atype);
    if (type == nullptr)
        return "-";
    const std::vector<uint32_t> shape(offer.shape, offer.shape + std::min<int>(offer.naxis, 3));
    return fmt::format("{} {}", fmt::join(shape, "x"), type);
}

NetHandle subscribe(const Address &address, const SubscribeDetails &details, const Keys &keys)
{
    const std::string own = or_environment(keys.own, "DAO_NET_KEYS");
    const std::string server = or_environment(keys.server, "DAO_NET_SERVER_KEY");
    DAO_NET_SUBSCRIBER_OPTIONS options = DAO_NET_SUBSCRIBER_OPTIONS_INIT;
    options.port = address.port;
    options.host = address.host.c_str();
    options.topic = text_or_null(address.topic);
    options.name = text_or_null(details.name);
    options.mode = details.every ? DAO_NET_EVERY : DAO_NET_LATEST;
    options.depth = details.depth;
    options.server_key = text_or_null(server);
    options.keys = server.empty() && keys.own.empty() ? nullptr : text_or_null(own);
    if (options.keys != nullptr || options.server_key != nullptr)
        hide_memory();
    DAO_NET *net = nullptr;
    const int_fast8_t status = daoNetOpenSubscriber(&options, &net);
    const DAO_ERROR_CODE code = daoLastErrorCode();
    if (status == DAO_ERROR && (code == DAO_E_SYSTEM || code == DAO_E_NO_MEMORY || code == DAO_E_NETWORK))
        throw NotNow(daoLastErrorMessage());
    require(status);
    return NetHandle(net);
}

NetHandle open_publisher(const PublisherPlace &place)
{
    DAO_NET_PUBLISHER_OPTIONS options = DAO_NET_PUBLISHER_OPTIONS_INIT;
    options.port = place.port == 0 ? -1 : place.port;
    options.bind = text_or_null(place.bind);
    options.keys = text_or_null(place.keys);
    options.clients = text_or_null(place.clients);
    if (options.keys != nullptr)
        hide_memory();
    DAO_NET *net = nullptr;
    require(daoNetOpenPublisher(&options, &net));
    NetHandle handle(net);
    if (place.announces && environment("DAO_NET_ANNOUNCE") != "0")
        require(daoNetAnnounce(net, 1));
    return handle;
}

std::string exposure_text(const DAO_NET_INFO &info)
{
    if (info.encrypted != 0)
        return "encrypted";
    if (is_loopback(info.endpoint))
        return "for this machine only; --bind ADDRESS or --bind '*' opens it to others, --keys encrypts";
    return "unencrypted, for every machine that reaches this address; --keys encrypts";
}

std::optional<std::vector<DAO_NET_OFFER>> query_offers(const Address &address, const Keys &keys, int64_t timeout_ns)
{
    const std::string own = or_environment(keys.own, "DAO_NET_KEYS");
    const std::string server = or_environment(keys.server, "DAO_NET_SERVER_KEY");
    DAO_NET_SUBSCRIBER_OPTIONS options = DAO_NET_SUBSCRIBER_OPTIONS_INIT;
    options.port = address.port;
    options.host = address.host.c_str();
    options.server_key = text_or_null(server);
    options.keys = server.empty() ? nullptr : text_or_null(own);
    if (options.keys != nullptr)
        hide_memory();
    const int64_t until_ns = steady_ns() + timeout_ns;
    const auto fetch = [&](DAO_NET_OFFER *offers, uint32_t capacity, uint32_t *count) {
        return daoNetQueryOffers(&options, std::max<int64_t>(0, until_ns - steady_ns()), offers, capacity, count);
    };
    std::vector<DAO_NET_OFFER> offers;
    int_fast8_t status = DAO_INTERRUPTED;
    while (status == DAO_INTERRUPTED) // by another signal, unless the tool is
    {
        if (is_interrupted())
            return std::nullopt;
        status = Dao::fetch_list(offers, DAO_NET_OFFER DAO_NET_OFFER_INIT, fetch, 64);
    }
    if (status == DAO_TIMEOUT)
        return std::nullopt;
    require(status);
    return offers;
}

namespace
{

using OpenCopy = int_fast8_t (*)(DAO_NET *, IMAGE *, int64_t);

std::optional<Dao::Image> open_by(OpenCopy open, const NetHandle &net, int64_t timeout_ns)
{
    const int64_t until_ns = timeout_ns < 0 ? INT64_MAX : steady_ns() + timeout_ns;
    while (!is_interrupted())
    {
        const int64_t left_ns = std::max<int64_t>(0, until_ns - steady_ns());
        if (std::optional<Dao::Image> image = Dao::Image::open_by(
                [&](IMAGE *opened) { return open(net.get(), opened, std::min(left_ns, slice_ns)); }))
            return image;
        if (left_ns == 0)
            break;
    }
    return std::nullopt;
}

}

std::optional<Dao::Image> open_copy(const NetHandle &net, int64_t timeout_ns)
{
    return open_by(daoNetOpenCopy, net, timeout_ns);
}

std::optional<Dao::Image> open_next_copy(const NetHandle &net, int64_t timeout_ns)
{
    return open_by(daoNetOpenNextCopy, net, timeout_ns);
}

}
