#include "beacon/beacon.hpp"
#include "capi/guard.hpp"

using namespace dao::net;
using namespace dao::net::capi;

namespace
{

constexpr int64_t longest_listening_ns = 3600 * second_ns;

// "tcp://10.0.0.1:5555": address and port.
std::pair<std::string, uint16_t> parts_of(std::string_view endpoint)
{
    const size_t begin = endpoint.find("//") + 2;
    const size_t colon = endpoint.rfind(':');
    return {std::string(endpoint.substr(begin, colon - begin)),
            static_cast<uint16_t>(std::stoi(std::string(endpoint.substr(colon + 1))))};
}

bool is_any(const std::string &address)
{
    return address == "*" || address == "0.0.0.0" || address == "[::]";
}

// Only this machine reaches it.
bool is_loopback(const std::string &address)
{
    return address.compare(0, 4, "127.") == 0 || address == "[::1]" || address == "localhost";
}

}

int_fast8_t daoNetAnnounce(DAO_NET *net, int on)
{
    return guarded([&] {
        const auto [address, port] = parts_of(publisher_of(net).describe().endpoint);
        const std::lock_guard lock(net->announcer_mutex);
        if (on == 0 || is_loopback(address))
            net->announcer.reset();
        else if (net->announcer == nullptr)
            net->announcer = std::make_unique<Announcer>(port, is_any(address) ? "" : address);
        return DAO_SUCCESS;
    });
}

int_fast8_t daoNetDiscover(int64_t time_ns, char (*endpoints)[DAO_NET_ENDPOINT_SIZE], uint32_t capacity,
                           uint32_t *count)
{
    return guarded([&] {
        check_pointer(count, "the place for the count");
        if (capacity > 0)
            check_pointer(endpoints, "the place for the endpoints");
        if (time_ns < 0 || time_ns > longest_listening_ns)
            throw Failure(DAO_E_ARGUMENT, "time to listen: " + std::to_string(time_ns) + " ns; expected 0 to an hour");
        const std::set<std::string> found = discover(time_ns);
        *count = 0;
        for (const std::string &endpoint : found)
            if (const uint32_t index = (*count)++; index < capacity)
                wire::fill(endpoints[index], endpoint);
        return DAO_SUCCESS;
    });
}
