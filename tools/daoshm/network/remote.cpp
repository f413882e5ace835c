#include "network/remote.hpp"

#include <fmt/format.h>

#include "network/handle.hpp"
#include "text/exit_code.hpp"
#include "timing/interrupt.hpp"

namespace daoshm
{

namespace
{

/// They live as long as the process, as the images that they fill are used to its end.
std::vector<NetHandle> &connections()
{
    static std::vector<NetHandle> all;
    return all;
}

}

Dao::Image open_remote(const Address &address, bool every, int64_t patience_ns)
{
    NetHandle net = subscribe(address, {"", every, 0}, {});
    std::optional<Dao::Image> image = open_copy(net, patience_ns);
    if (!image && is_interrupted())
        throw ToolError(fmt::format("{}: interrupted before the first frame", address_text(address)), exit_interrupted);
    if (!image)
        throw ToolError(fmt::format("{}: no frame within {} s: {}", address_text(address), patience_ns / 1'000'000'000,
                                    state_text(info_of(net))),
                        exit_timeout);
    image->rewind();
    connections().push_back(std::move(net));
    return std::move(*image);
}

std::optional<Origin> origin_of_last_frame(const Dao::Image &segment)
{
    const std::optional<DAO_FRAME> frame = segment.last_frame();
    DAO_NET_ORIGIN origin = DAO_NET_ORIGIN_INIT;
    if (!frame || daoNetGetOrigin(segment.image(), &*frame, &origin) != DAO_SUCCESS)
        return std::nullopt;
    return Origin{origin.cnt0, origin.segment};
}

namespace
{

CopySource described(const DAO_NET_INFO &info)
{
    return {info.host,      info.topic, info.endpoint,      state_name(info),     info.message,
            info.peers > 0, info.pid,   info.last_frame_ns, info.source_cnt0,     info.frames,
            info.skipped,   info.lost,  info.delay_ns,      info.clock_offset_ns, info.round_trip_ns};
}

}

std::optional<CopySource> source_of(const Dao::Image &segment)
{
    if (segment.image()->shmfd < 0) // private: filled here, if at all
        return connections().empty() ? std::nullopt : std::optional(described(info_of(connections().back())));
    DAO_NET_INFO info = DAO_NET_INFO_INIT;
    if (daoNetFind(segment.name().c_str(), &info) != DAO_SUCCESS)
        return std::nullopt;
    return described(info);
}

}
