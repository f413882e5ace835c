#include "network/remote.hpp"

#include <fmt/format.h>

#include "network/handle.hpp"
#include "network/host_name.hpp"
#include "text/exit_code.hpp"
#include "timing/interrupt.hpp"

namespace daoshm
{

namespace
{

struct Connection
{
    Address address;
    NetHandle net;
};

/// A command looks at one segment. It lives as long as the process, as the image that it fills is used to its end.
std::optional<Connection> &connection()
{
    static std::optional<Connection> one;
    return one;
}

Dao::Image copy_of(const Connection &connection, int64_t patience_ns)
{
    std::optional<Dao::Image> image = open_copy(connection.net, patience_ns);
    const std::string name = address_text(connection.address);
    if (!image && is_interrupted())
        throw ToolError(fmt::format("{}: interrupted before the first frame", name), exit_interrupted);
    if (!image)
    {
        constexpr int64_t moment_ns = 500'000'000;
        const std::string problem = unresolved(connection.address, moment_ns);
        throw ToolError(fmt::format("{}: no frame within {} s: {}", name, patience_ns / 1'000'000'000,
                                    problem.empty() ? state_text(info_of(connection.net)) : problem),
                        exit_timeout);
    }
    image->rewind();
    return std::move(*image);
}

bool is_private(const Dao::Image &segment)
{
    return segment.image()->shmfd < 0;
}

}

Dao::Image open_remote(const Address &address, bool every, int64_t patience_ns)
{
    Connection opened{address, subscribe(address, {"", every, 0}, {})};
    Dao::Image image = copy_of(opened, patience_ns);
    connection() = std::move(opened);
    return image;
}

Dao::Image open_remote_again(int64_t patience_ns)
{
    return copy_of(connection().value(), patience_ns);
}

bool begins_earlier(const Dao::Image &segment)
{
    return is_private(segment) && connection() && info_of(connection()->net).first_is_earlier != 0;
}

std::optional<std::string> remote_name(const Dao::Image &segment)
{
    return is_private(segment) && connection() ? std::optional(address_text(connection()->address)) : std::nullopt;
}

std::optional<Origin> origin_of_last_frame(const Dao::Image &segment)
{
    const std::optional<DAO_FRAME> frame = segment.last_frame();
    DAO_NET_ORIGIN origin = DAO_NET_ORIGIN_INIT;
    if (!frame || daoNetGetOrigin(segment.image(), &*frame, &origin) != DAO_SUCCESS)
        return std::nullopt;
    return Origin{origin.cnt0, origin.segment, origin.missed};
}

namespace
{

CopySource described(const DAO_NET_INFO &info)
{
    return {info.host,         info.topic, info.endpoint,      state_word(info), info.message,
            info.peers > 0,    info.pid,   info.last_frame_ns, info.source_cnt0, info.frames,
            info.skipped,      info.lost,  info.missed_before, info.delay_ns,    info.clock_offset_ns,
            info.round_trip_ns};
}

}

std::optional<CopySource> source_of(const Dao::Image &segment)
{
    if (is_private(segment)) // filled here, if at all
        return connection() ? std::optional(described(info_of(connection()->net))) : std::nullopt;
    DAO_NET_INFO info = DAO_NET_INFO_INIT;
    if (daoNetFind(segment.name().c_str(), &info) != DAO_SUCCESS)
        return std::nullopt;
    return described(info);
}

}
