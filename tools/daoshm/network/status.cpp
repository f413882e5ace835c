#include <fmt/format.h>

#include "network/handle.hpp"
#include "platform/memory.hpp"
#include "platform/platform.hpp"
#include "terminal/table.hpp"
#include "text/exit_code.hpp"
#include "text/json.hpp"
#include "text/numbers.hpp"
#include "text/output.hpp"
#include "text/spans.hpp"

namespace daoshm
{

namespace
{

template <typename Entry, typename List>
std::vector<Entry> listed(const Entry &empty, List list)
{
    std::vector<Entry> entries;
    require(Dao::fetch_list(entries, empty, list, 64));
    return entries;
}

std::vector<DAO_NET_PEER> peers_of(const DAO_NET_INFO &info)
{
    if (info.role != DAO_NET_PUBLISHER)
        return {};
    try
    {
        return listed(DAO_NET_PEER DAO_NET_PEER_INIT, [&](DAO_NET_PEER *peers, uint32_t capacity, uint32_t *count) {
            return daoNetListPeers(info.pid, info.endpoint, peers, capacity, count);
        });
    }
    catch (const ToolError &) // it ended meanwhile
    {
        return {};
    }
}

std::vector<std::string> refused_keys_of(const DAO_NET_INFO &info)
{
    struct Key
    {
        char text[DAO_NET_KEY_SIZE];
    };
    const auto fetch = [&](Key *places, uint32_t capacity, uint32_t *count) {
        return daoNetListRefused(info.pid, info.endpoint, &places->text, capacity, count);
    };
    std::vector<Key> keys;
    std::vector<std::string> texts;
    if (info.refused == 0 || Dao::fetch_list(keys, Key{}, fetch, 64) != DAO_SUCCESS)
        return texts;
    for (const Key &key : keys)
        texts.emplace_back(key.text);
    return texts;
}

const char *mode_name(uint32_t mode)
{
    return mode == DAO_NET_EVERY ? "every" : "latest";
}

std::string age_of(int64_t moment_ns)
{
    return moment_ns > 0 ? age_text(span_ns(moment_ns, now_ns())) : "-";
}

/// Two machines' clocks differ: what they say together is the delay with the estimated difference taken off, and by how
/// much that may be wrong.
std::string delay_of(const DAO_NET_INFO &info)
{
    if (info.role != DAO_NET_SUBSCRIBER || info.last_frame_ns == 0 || info.round_trip_ns == 0)
        return "-";
    return fmt::format("{} ±{}", duration_text(static_cast<double>(std::max<int64_t>(0, info.delay_ns))),
                       duration_text(static_cast<double>(info.round_trip_ns) / 2));
}

std::string offset_of(const DAO_NET_INFO &info)
{
    if (info.role != DAO_NET_SUBSCRIBER || info.round_trip_ns == 0)
        return "-";
    return fmt::format("{}{}", info.clock_offset_ns < 0 ? "-" : "+",
                       duration_text(static_cast<double>(std::abs(info.clock_offset_ns))));
}

/// How many subscriptions the list leaves out.
uint64_t unlisted(const DAO_NET_INFO &info, const std::vector<DAO_NET_PEER> &peers)
{
    return info.peers > peers.size() ? info.peers - peers.size() : 0;
}

Json json_time(int64_t time_ns)
{
    return json_if(time_ns != 0, time_ns);
}

/// Strangers give no credit: what they miss is not known.
Json json_of(const DAO_NET_PEER &peer)
{
    const bool is_known = peer.plain == 0;
    return Json{{"topic", peer.topic},
                {"host", json_text(peer.host)},
                {"plain", !is_known},
                {"mode", mode_name(peer.mode)},
                {"frames", peer.frames},
                {"skipped", json_if(is_known, peer.skipped)},
                {"lost", json_if(is_known, peer.lost)},
                {"bytes", peer.bytes},
                {"in_flight", json_if(is_known, peer.in_flight)},
                {"last_frame_ns", json_time(peer.last_frame_ns)},
                {"user_key", json_text(peer.user_key)}};
}

void add_publisher(Json &json, const DAO_NET_INFO &info)
{
    const std::vector<DAO_NET_PEER> peers = peers_of(info);
    json["segments"] = info.segments;
    json["refused"] = info.refused;
    json["refused_keys"] = refused_keys_of(info);
    json["peers"] = Json::array();
    for (const DAO_NET_PEER &peer : peers)
        json["peers"].push_back(json_of(peer));
    json["peers_unlisted"] = unlisted(info, peers);
}

void add_subscriber(Json &json, const DAO_NET_INFO &info)
{
    const bool has_frames = info.frames > 0;
    const bool has_round_trip = info.round_trip_ns != 0;
    json["topic"] = json_text(info.topic);
    json["host"] = json_text(info.host);
    json["segment"] = json_text(info.name[0] != 0 ? absolute_path(info.name) : "");
    json["mode"] = mode_name(info.mode);
    json["state"] = state_word(info);
    json["connected"] = info.peers > 0;
    json["missed_before"] = info.missed_before;
    json["source_cnt0"] = json_if(has_frames, info.source_cnt0);
    json["cnt0"] = json_if(has_frames, info.cnt0);
    json["round_trip_ns"] = json_time(info.round_trip_ns);
    json["clock_offset_ns"] = json_if(has_round_trip, info.clock_offset_ns);
    json["delay_ns"] = json_if(has_frames && has_round_trip, info.delay_ns);
    json["echoes"] = info.echoes;
}

Json json_of(const DAO_NET_INFO &info)
{
    const bool is_publisher = info.role == DAO_NET_PUBLISHER;
    Json json{{"role", is_publisher ? "publisher" : "subscriber"},
              {"pid", info.pid},
              {"endpoint", info.endpoint},
              {"encrypted", info.encrypted != 0},
              {"frames", info.frames},
              {"skipped", info.skipped},
              {"lost", info.lost},
              {"bytes", info.bytes},
              {"rate_hz", info.frames_per_second},
              {"last_frame_ns", json_time(info.last_frame_ns)},
              {"bad_messages", info.bad_messages},
              {"message", json_text(info.message)}};
    is_publisher ? add_publisher(json, info) : add_subscriber(json, info);
    return json;
}

Style state_style(const DAO_NET_INFO &info)
{
    return info.state == DAO_NET_LIVE ? Style::good : info.state == DAO_NET_WAITING ? Style::plain : Style::warning;
}

Cell loss(uint64_t lost, uint64_t missed_before = 0)
{
    return {std::to_string(lost) + (missed_before > 0 ? fmt::format(" + {}", missed_before) : ""),
            lost > 0 ? Style::warning : Style::plain};
}

void add_publisher(Table &table, const DAO_NET_INFO &info)
{
    table.add({{std::to_string(info.pid)},
               {fmt::format("publishes {}", info.segments)},
               {info.endpoint},
               {info.encrypted != 0 ? "encrypted" : "open"},
               {fmt::format("{}{}", count_text(info.peers, "peer"),
                            info.refused > 0 ? fmt::format(", {} refused", info.refused) : "")},
               {rate_text(info.frames_per_second)},
               {age_of(info.last_frame_ns)},
               {std::to_string(info.skipped)},
               loss(info.lost),
               {bytes_text(static_cast<double>(info.bytes))},
               {"-"},
               {"-"}});
    const std::vector<DAO_NET_PEER> peers = peers_of(info);
    for (const DAO_NET_PEER &peer : peers)
        table.add({{""},
                   {fmt::format("  {}", peer.topic)},
                   {peer.plain != 0 ? "plain subscribers" : peer.host},
                   {mode_name(peer.mode)},
                   {""},
                   {"-"},
                   {age_of(peer.last_frame_ns)},
                   {peer.plain != 0 ? "-" : std::to_string(peer.skipped)},
                   peer.plain != 0 ? Cell{"-"} : loss(peer.lost),
                   {bytes_text(static_cast<double>(peer.bytes))},
                   {"-"},
                   {"-"}});
    if (const uint64_t more = unlisted(info, peers); more > 0)
        table.add({{""}, {fmt::format("  and {} more, not listed", more), Style::warning}});
    for (const std::string &key : refused_keys_of(info))
        table.add({{""}, {"  refused", Style::warning}, {key}});
}

void add_subscriber(Table &table, const DAO_NET_INFO &info)
{
    table.add(
        {{std::to_string(info.pid)},
         {fmt::format("{} <- {}", info.name[0] != 0 ? info.name : "private", info.topic[0] != 0 ? info.topic : "?")},
         {info.endpoint},
         {mode_name(info.mode)},
         {state_text(info), state_style(info)},
         {rate_text(info.frames_per_second)},
         {age_of(info.last_frame_ns)},
         {std::to_string(info.skipped)},
         loss(info.lost, info.missed_before),
         {bytes_text(static_cast<double>(info.bytes))},
         {delay_of(info)},
         {offset_of(info)}});
}

}

int run_net_status(bool json)
{
    const auto infos =
        listed(DAO_NET_INFO DAO_NET_INFO_INIT, [](DAO_NET_INFO *entries, uint32_t capacity, uint32_t *count) {
            return daoNetList(entries, capacity, count);
        });
    if (json)
    {
        Json list = Json::array();
        for (const DAO_NET_INFO &info : infos)
            list.push_back(json_of(info));
        print_json(list);
        return exit_success;
    }
    if (infos.empty())
    {
        print("nobody publishes or subscribes here\n");
        return exit_success;
    }
    Table table({{"PID", Align::right, 40},
                 {"SEGMENT", Align::left, 100, Cut::end},
                 {"ENDPOINT", Align::left, 55, Cut::start},
                 {"MODE", Align::left, 25},
                 {"STATE", Align::left, 90, Cut::end},
                 {"RATE", Align::right, 80},
                 {"AGE", Align::right, 70},
                 {"SKIPPED", Align::right, 50},
                 {"LOST", Align::right, 75},
                 {"BYTES", Align::right, 20},
                 {"DELAY", Align::right, 30},
                 {"CLOCK", Align::right, 10}});
    for (const DAO_NET_INFO &info : infos)
        info.role == DAO_NET_PUBLISHER ? add_publisher(table, info) : add_subscriber(table, info);
    print(table.text());
    return exit_success;
}

int run_net_keygen(const std::string &path, bool json)
{
    hide_memory();
    require(daoNetMakeKeys(path.c_str()));
    char key[DAO_NET_KEY_SIZE] = "";
    require(daoNetReadPublicKey(path.c_str(), key));
    if (json)
    {
        print_json({{"keys", path}, {"public_key_file", path + ".pub"}, {"public_key", key}});
        return exit_success;
    }
    print_escaped(fmt::format("{}: both keys, for this side alone\n{}.pub: the public key, for the others: {}\n", path,
                              path, key));
    return exit_success;
}

}
