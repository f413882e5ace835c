// The network of daoNet.h for Python, but for publishers and subscribers themselves.
#include "network.hpp"

namespace daopython
{

nb::dict describe(const DAO_NET_INFO &info)
{
    nb::dict fields;
    fields["pid"] = info.pid;
    fields["state"] = info.state;
    fields["mode"] = info.mode;
    fields["encrypted"] = info.encrypted != 0;
    fields["peers"] = info.peers;
    fields["frames"] = info.frames;
    fields["skipped"] = info.skipped;
    fields["lost"] = info.lost;
    fields["missed_before"] = info.missed_before;
    fields["bytes"] = info.bytes;
    fields["bad_messages"] = info.bad_messages;
    fields["refused"] = info.refused;
    fields["echoes"] = info.echoes;
    fields["connections"] = info.connections;
    fields["source_cnt0"] = info.source_cnt0;
    fields["source_cnt1"] = info.source_cnt1;
    fields["source_cnt2"] = info.source_cnt2;
    fields["source_atime_ns"] = info.source_atime_ns;
    fields["cnt0"] = info.cnt0;
    fields["last_frame_ns"] = info.last_frame_ns;
    fields["round_trip_ns"] = info.round_trip_ns;
    fields["clock_offset_ns"] = info.clock_offset_ns;
    fields["delay_ns"] = info.delay_ns;
    fields["frames_per_second"] = info.frames_per_second;
    fields["endpoint"] = text_of(info.endpoint);
    fields["topic"] = text_of(info.topic);
    fields["host"] = text_of(info.host);
    fields["name"] = text_of(info.name);
    fields["public_key"] = text_of(info.public_key);
    fields["message"] = text_of(info.message);
    return fields;
}

namespace
{

/// What a subscriber of any process says of the segment that it fills; None when there is none.
nb::object find_subscriber(const nb::bytes &name)
{
    const std::string path = bytes_of(name);
    DAO_NET_INFO info = DAO_NET_INFO_INIT;
    int_fast8_t status = DAO_SUCCESS;
    {
        Released released;
        status = daoNetFind(path.c_str(), &info);
    }
    if (status == DAO_SUCCESS)
        return describe(info);
    if (daoLastErrorCode() != DAO_E_NOT_FOUND)
        throw last_failure();
    return nb::none();
}

std::string topic_of(const nb::bytes &name)
{
    char topic[DAO_NET_TOPIC_SIZE] = "";
    require(daoNetTopicOf(bytes_of(name).c_str(), topic));
    return topic;
}

/// @return the public key
std::string make_keys(const nb::bytes &path)
{
    const std::string file = bytes_of(path);
    char key[DAO_NET_KEY_SIZE] = "";
    require(daoNetMakeKeys(file.c_str()));
    require(daoNetReadPublicKey(file.c_str(), key));
    return key;
}

} // namespace

void bind_network(nb::module_ &module)
{
    using namespace nb::literals;
    module.attr("HAS_NETWORK") = true;
    bind_subscribing(module);
    bind_publishing(module);
    module.def("_find_subscriber", &find_subscriber, "name"_a);
    module.def("_topic_of", &topic_of, "name"_a);
    module.def("_make_keys", &make_keys, "path"_a);
}

} // namespace daopython
