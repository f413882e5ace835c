/// The network in a build without ZeroMQ.
#include "network/commands.hpp"
#include "network/remote.hpp"
#include "text/exit_code.hpp"

namespace daoshm
{

namespace
{

[[noreturn]] void refuse()
{
    throw ToolError("network: this daoshm was built without the network; expected ZeroMQ when it was built (Debian: "
                    "libzmq3-dev cppzmq-dev nlohmann-json3-dev)");
}

}

int run_publish(const PublishOptions &)
{
    refuse();
}

int run_subscribe(const SubscribeOptions &)
{
    refuse();
}

int run_relay(const RelayOptions &)
{
    refuse();
}

int run_net_status(bool)
{
    refuse();
}

int run_net_keygen(const std::string &, bool)
{
    refuse();
}

int run_net_list(const NetListOptions &)
{
    refuse();
}

Dao::Image open_remote(const Address &, bool, int64_t)
{
    refuse();
}

Dao::Image open_remote_again(int64_t)
{
    refuse();
}

bool begins_earlier(const Dao::Image &)
{
    return false;
}

std::optional<std::string> remote_name(const Dao::Image &)
{
    return std::nullopt;
}

std::optional<Origin> origin_of_last_frame(const Dao::Image &)
{
    return std::nullopt;
}

std::optional<CopySource> source_of(const Dao::Image &)
{
    return std::nullopt;
}

}
