#include "beacon/beacon.hpp"

#include "clock.hpp"
#include "interruption.hpp"
#include "platform/platform.hpp"

namespace dao::net
{

namespace
{

constexpr std::string_view head{"daoNet\1\0", 8};
constexpr auto interval = std::chrono::seconds(1);
constexpr int64_t slice_ns = 50 * millisecond_ns; // how late an interruption is noticed

}

std::string write_beacon(uint16_t port)
{
    return std::string(head) + static_cast<char>(port >> 8U) + static_cast<char>(port & 0xffU);
}

std::optional<uint16_t> read_beacon(std::string_view bytes)
{
    if (bytes.size() != beacon_bytes || bytes.substr(0, head.size()) != head)
        return std::nullopt;
    const auto byte = [&](size_t index) { return static_cast<unsigned>(static_cast<unsigned char>(bytes[index])); };
    const unsigned port = byte(8) << 8U | byte(9);
    return port == 0 ? std::nullopt : std::optional(static_cast<uint16_t>(port));
}

Announcer::Announcer(uint16_t port, std::string from)
{
    const platform::NoSignals no_signals;
    thread_ = std::thread([this, port, from = std::move(from)] { run(port, from); });
}

Announcer::~Announcer()
{
    {
        const std::lock_guard lock(mutex_);
        is_over_ = true;
    }
    ends_.notify_all();
    thread_.join();
}

void Announcer::run(uint16_t port, const std::string &from)
{
    platform::GroupSender sender(beacon_group, from);
    const std::string beacon = write_beacon(port);
    std::unique_lock lock(mutex_);
    while (!is_over_)
    {
        sender.send(beacon);
        ends_.wait_for(lock, interval, [this] { return is_over_; });
    }
}

std::set<std::string> discover(int64_t time_ns)
{
    platform::GroupListener listener(beacon_group);
    std::set<std::string> endpoints;
    Interruption interruption;
    const int64_t until_ns = monotonic_ns() + time_ns;
    for (int64_t left_ns = time_ns; left_ns > 0 && endpoints.size() < beacon_limit; left_ns = until_ns - monotonic_ns())
    {
        interruption.check();
        if (const std::optional<platform::Datagram> heard =
                listener.receive(std::min(left_ns, slice_ns), beacon_bytes + 1))
            if (const std::optional<uint16_t> port = read_beacon(heard->bytes))
                endpoints.insert("tcp://" + heard->from + ":" + std::to_string(*port));
    }
    return endpoints;
}

}
