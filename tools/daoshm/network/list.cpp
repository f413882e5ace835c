#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "network/handle.hpp"
#include "terminal/fitting.hpp"
#include "terminal/table.hpp"
#include "text/exit_code.hpp"
#include "text/json.hpp"
#include "text/numbers.hpp"
#include "text/output.hpp"
#include "timing/interrupt.hpp"

namespace daoshm
{

namespace
{

constexpr int64_t answer_ns = 2'000'000'000;

/// Who announces a publisher. In slices, so that Ctrl-C ends it soon.
std::vector<Address> heard(int64_t time_ns)
{
    constexpr uint32_t most = 1024;
    constexpr int64_t slice_ns = 1'250'000'000; // a little longer than from one announcement to the next
    const auto endpoints = std::make_unique<char[][DAO_NET_ENDPOINT_SIZE]>(most);
    std::set<std::string> found;
    const int64_t end_ns = steady_ns() + time_ns;
    for (int64_t left_ns = time_ns; left_ns > 0 && !is_interrupted(); left_ns = end_ns - steady_ns())
    {
        uint32_t count = 0;
        require(daoNetDiscover(std::min(left_ns, slice_ns), endpoints.get(), most, &count));
        for (uint32_t index = 0; index < std::min(count, most); ++index)
            found.insert(endpoints[index]);
    }
    std::vector<Address> addresses;
    for (const std::string &endpoint : found)
        if (const auto address = parse_address(endpoint.substr(6))) // after tcp://
            addresses.push_back(*address);
    return addresses;
}

/// What one publisher said.
struct Answer
{
    Address address;
    std::vector<DAO_NET_OFFER> offers;
    std::string problem;
};

Answer ask(const Address &address, const NetListOptions &options)
{
    Answer answer{address, {}, {}};
    try
    {
        const int64_t time_ns = options.hosts.empty() ? answer_ns : static_cast<int64_t>(options.time_s * 1e9);
        if (auto offers = query_offers(address, options.keys, time_ns))
            answer.offers = std::move(*offers);
        else
            answer.problem = "no answer; with keys it needs --server-key";
    }
    catch (const std::exception &error)
    {
        answer.problem = error.what();
    }
    return answer;
}

Json json_of(const Answer &answer)
{
    Json json{{"host", answer.address.host}, {"port", answer.address.port}, {"problem", json_text(answer.problem)}};
    json["segments"] = Json::array();
    for (const DAO_NET_OFFER &offer : answer.offers)
    {
        const char *type = daoTypeName(offer.atype);
        json["segments"].push_back(
            {{"topic", offer.topic},
             {"machine", json_text(offer.host)},
             {"type", type == nullptr ? Json() : Json(type)},
             {"shape", std::vector<uint32_t>(offer.shape, offer.shape + std::min<int>(offer.naxis, 3))},
             {"depth", offer.depth},
             {"cnt0", offer.cnt0},
             {"rate_hz", offer.frames_per_second}});
    }
    return json;
}

void add_rows(Table &table, const Answer &answer)
{
    const std::string place = address_text({answer.address.host, answer.address.port, {}});
    if (answer.offers.empty())
        table.add({{place}, {answer.problem.empty() ? "offers nothing" : answer.problem, Style::warning}});
    for (const DAO_NET_OFFER &offer : answer.offers)
        table.add({{fmt::format("{}:{}", place, offer.topic), Style::accent},
                   {geometry_text(offer)},
                   {std::to_string(offer.depth)},
                   {std::to_string(offer.cnt0)},
                   {rate_text(offer.frames_per_second)},
                   {offer.host}});
}

}

int run_net_list(const NetListOptions &options)
{
    std::vector<Address> addresses;
    for (const std::string &host : options.hosts)
        addresses.push_back(parse_publisher(host));
    if (options.hosts.empty())
        addresses = heard(static_cast<int64_t>(options.time_s * 1e9));
    std::vector<Answer> answers;
    bool has_problem = false;
    for (const Address &address : addresses)
    {
        if (is_interrupted())
            break;
        answers.push_back(ask(address, options));
        has_problem = has_problem || !answers.back().problem.empty();
    }
    if (is_interrupted())
        return exit_interrupted;
    if (options.json)
    {
        Json list = Json::array();
        for (const Answer &answer : answers)
            list.push_back(json_of(answer));
        print_json(list);
    }
    else if (answers.empty())
    {
        print(wrapped("nobody announces a segment; where multicast does not get through, name the hosts: daoshm net ls "
                      "HOST",
                      output_columns()));
    }
    else
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
    return has_problem && !options.hosts.empty() ? exit_timeout : exit_success;
}

}
