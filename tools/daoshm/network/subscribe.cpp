#include <fmt/format.h>

#include "network/handle.hpp"
#include "text/exit_code.hpp"
#include "text/json.hpp"
#include "text/numbers.hpp"
#include "text/output.hpp"
#include "timing/interrupt.hpp"

namespace daoshm
{

namespace
{

constexpr int64_t query_ns = 1'000'000'000;
constexpr int64_t look_ns = 200'000'000;

/// A topic is what somebody else says: it names a file in the folder that was chosen here, or nothing.
bool is_file_name(const std::string &topic)
{
    return !topic.empty() && topic.front() != '.' && topic.find_first_of("/\\:") == std::string::npos;
}

/// One subscription, and what was said of it.
class Copying
{
  public:
    Copying(const SubscribeOptions &options, const Address &address)
        : options_(options), address_(address),
          net_(subscribe(address, {name_for(options, address), options.every, options.depth}, options.keys))
    {
    }

    /// Print what changed.
    void report()
    {
        const DAO_NET_INFO info = info_of(net_);
        if (info.state == state_ && info.copies == copies_ && info.message == message_)
            return;
        state_ = info.state;
        copies_ = info.copies;
        message_ = info.message;
        if (options_.json)
        {
            print_json_line(json_of(info));
            return;
        }
        const std::string from = info.host[0] != 0 ? fmt::format(" on {}", info.host) : "";
        print_escaped(fmt::format("{} -> {}: {}{}\n", address_text(address_), info.name, state_text(info), from));
        print_now("");
    }
    void summarise() const
    {
        const DAO_NET_INFO info = info_of(net_);
        if (options_.json)
            print_json_line(json_of(info));
        else
            print_escaped(fmt::format("{}: {} frames, {} skipped, {} lost, {}\n", info.name, info.frames, info.skipped,
                                      info.lost, bytes_text(static_cast<double>(info.bytes))));
    }
    bool has_lost() const { return info_of(net_).lost > 0; }

  private:
    static std::string name_for(const SubscribeOptions &options, const Address &address)
    {
        if (!options.name.empty())
            return options.name;
        if (!is_file_name(address.topic))
            throw ToolError(
                fmt::format("{}: its name is no name for a file here; say --as NAME", address_text(address)));
        return options.path_for(address.topic);
    }
    Json json_of(const DAO_NET_INFO &info) const
    {
        return Json{{"source", address_text(address_)},
                    {"segment", info.name},
                    {"state", state_name(info)},
                    {"message", json_text(info.message)},
                    {"live", info.state == DAO_NET_LIVE},
                    {"host", json_text(info.host)},
                    {"frames", info.frames},
                    {"skipped", info.skipped},
                    {"lost", info.lost},
                    {"bytes", info.bytes},
                    {"source_cnt0", json_if(info.last_frame_ns > 0, info.source_cnt0)},
                    {"cnt0", json_if(info.last_frame_ns > 0, info.cnt0)}};
    }

    const SubscribeOptions &options_;
    Address address_;
    NetHandle net_;
    uint32_t state_ = UINT32_MAX;
    uint32_t copies_ = 0;
    std::string message_;
};

/// A host alone stands for all that it offers when it answers.
std::vector<Address> expanded(const Address &address, const SubscribeOptions &options)
{
    if (!address.topic.empty() || !options.name.empty())
        return {address};
    bool is_told = false;
    while (!is_interrupted())
    {
        const auto offers = query_offers(address, options.keys, query_ns);
        if (offers && !offers->empty())
        {
            std::vector<Address> all;
            for (const DAO_NET_OFFER &offer : *offers)
                all.push_back({address.host, address.port, offer.topic});
            return all;
        }
        if (!is_told)
            print_note(fmt::format("{}: {}; waiting", address_text(address),
                                   offers ? "nothing is published there" : "nobody answers"));
        is_told = true;
        if (offers)
            sleep_unless_interrupted(query_ns);
    }
    return {};
}

}

int run_subscribe(const SubscribeOptions &options)
{
    if (!options.name.empty() && options.sources.size() != 1)
        throw ToolError(fmt::format("--as with {} sources; expected one", options.sources.size()), exit_usage);
    std::vector<std::unique_ptr<Copying>> copies;
    for (const std::string &source : options.sources)
        for (const Address &address : expanded(parse_publisher(source), options))
            copies.push_back(std::make_unique<Copying>(options, address));
    while (!is_interrupted())
    {
        for (const auto &copy : copies)
            copy->report();
        sleep_unless_interrupted(look_ns);
    }
    bool has_lost = false;
    for (const auto &copy : copies)
    {
        copy->summarise();
        has_lost = has_lost || copy->has_lost();
    }
    return options.every && has_lost ? exit_findings : exit_success;
}

}
