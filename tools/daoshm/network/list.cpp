#include <algorithm>
#include <memory>
#include <set>

#include <fmt/format.h>

#include "network/handle.hpp"
#include "network/host_name.hpp"
#include "network/inquiry.hpp"
#include "platform/platform.hpp"
#include "terminal/table.hpp"
#include "text/exit_code.hpp"
#include "text/json.hpp"
#include "text/output.hpp"
#include "timing/interrupt.hpp"

namespace daoshm
{

namespace
{

constexpr int64_t listen_ns = 500'000'000; // as long as what was heard waits to be asked
constexpr uint32_t most_heard = 1024;      // anybody can send addresses

/// Ask all who announce themselves, from when they are heard.
void listen(Inquiry &inquiry, int64_t until_ns)
{
    const auto endpoints = std::make_unique<char[][DAO_NET_ENDPOINT_SIZE]>(most_heard);
    std::set<std::string> heard;
    for (int64_t left_ns = until_ns - steady_ns(); left_ns > 0 && heard.size() < most_heard && !is_interrupted();
         left_ns = until_ns - steady_ns())
    {
        uint32_t count = 0;
        const int_fast8_t status = daoNetDiscover(std::min(left_ns, listen_ns), endpoints.get(), most_heard, &count);
        if (status == DAO_INTERRUPTED)
            continue;
        require(status);
        std::vector<Address> fresh;
        for (uint32_t index = 0; index < std::min(count, most_heard) && heard.size() < most_heard; ++index)
            if (heard.insert(endpoints[index]).second)
                if (const auto address = parse_address(std::string(endpoints[index]).substr(6))) // after tcp://
                    fresh.push_back(*address);
        inquiry.add(fresh);
    }
}

std::vector<Answer> answers_to(const NetListOptions &options)
{
    const auto time_ns = static_cast<int64_t>(options.time_s * 1e9);
    const int64_t until_ns = steady_ns() + time_ns;
    std::vector<Address> addresses;
    for (const std::string &host : options.hosts)
        addresses.push_back(parse_publisher(host));
    Inquiry inquiry(
        [&](const Address &address, int64_t timeout_ns) {
            const int64_t turn_until_ns = steady_ns() + timeout_ns;
            if (const std::string problem = unresolved(address, timeout_ns); !problem.empty())
                throw ToolError(problem);
            return query_offers(address, options.keys, std::max<int64_t>(0, turn_until_ns - steady_ns()));
        },
        until_ns, addresses.empty());
    inquiry.add(addresses);
    if (addresses.empty())
        listen(inquiry, until_ns - std::min(time_ns / 5, listen_ns)); // the last one heard has time to answer
    return inquiry.finish();
}

std::string problem_of(const Answer &answer)
{
    if (answer.offers)
        return "";
    return answer.problem.empty() ? "no answer; with keys it needs --server-key" : answer.problem;
}

/// Of a segment that is gone at present only its name is known.
Json offer_json(const DAO_NET_OFFER &offer)
{
    const char *type = daoTypeName(offer.atype);
    const bool is_there = type != nullptr;
    const std::vector<uint32_t> shape(offer.shape, offer.shape + std::min<int>(offer.naxis, 3));
    return Json{{"topic", offer.topic},
                {"machine", json_text(offer.host)},
                {"type", json_if(is_there, std::string(is_there ? type : ""))},
                {"shape", json_if(is_there, shape)},
                {"depth", json_if(is_there, offer.depth)},
                {"cnt0", json_if(is_there, offer.cnt0)},
                {"rate_hz", json_if(is_there, json_of(plausible_rate(offer.frames_per_second)))}};
}

Json answer_json(const Answer &answer)
{
    Json json{{"host", answer.address.host},
              {"port", answer.address.port},
              {"problem", json_text(problem_of(answer))},
              {"segments", nullptr}};
    if (!answer.offers)
        return json;
    json["segments"] = Json::array();
    for (const DAO_NET_OFFER &offer : *answer.offers)
        json["segments"].push_back(offer_json(offer));
    return json;
}

void add_rows(Table &table, const Answer &answer)
{
    const std::string place = address_text({answer.address.host, answer.address.port, {}});
    if (!answer.offers || answer.offers->empty())
        table.add({{place}, {answer.offers ? "offers nothing" : problem_of(answer), Style::warning}});
    for (const DAO_NET_OFFER &offer : answer.offers.value_or(std::vector<DAO_NET_OFFER>()))
        table.add({{fmt::format("{}:{}", place, offer.topic), Style::accent},
                   {geometry_text(offer)},
                   {std::to_string(offer.depth)},
                   {std::to_string(offer.cnt0)},
                   {plausible_rate_text(offer.frames_per_second)},
                   {offer.host}});
}

void print_table(const std::vector<Answer> &answers)
{
    Table table({{"SEGMENT", Align::left, 100, Cut::start},
                 {"FRAME", Align::left, 80, Cut::end}, // or why there is no answer
                 {"DEPTH", Align::right, 20},
                 {"CNT0", Align::right, 30},
                 {"RATE", Align::right, 60},
                 {"MACHINE", Align::left, 50}});
    for (const Answer &answer : answers)
        add_rows(table, answer);
    print(table.text());
}

}

int run_net_list(const NetListOptions &options)
{
    const std::vector<Answer> answers = answers_to(options);
    if (options.json)
    {
        Json list = Json::array();
        for (const Answer &answer : answers)
            list.push_back(answer_json(answer));
        print_json(list);
    }
    else if (answers.empty())
        print("nobody announces a segment; where multicast does not get through, name the hosts: daoshm net ls HOST\n");
    else
        print_table(answers);
    if (is_interrupted())
        return exit_interrupted;
    const bool has_problem =
        std::any_of(answers.begin(), answers.end(), [](const Answer &answer) { return !answer.offers; });
    return has_problem && !options.hosts.empty() ? exit_timeout : exit_success;
}

}
