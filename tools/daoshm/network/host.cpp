#include "network/host.hpp"

#include <fmt/format.h>

#include "network/handle.hpp"
#include "text/exit_code.hpp"
#include "text/output.hpp"
#include "timing/interrupt.hpp"

namespace daoshm
{

namespace
{

constexpr int64_t query_ns = 1'000'000'000;
constexpr size_t most_names = 4096; // of one host, which may make up new ones without end

}

std::vector<Address> Host::newly_offered()
{
    const bool is_first = !was_asked_;
    was_asked_ = true;
    try
    {
        return ask();
    }
    catch (const std::exception &error)
    {
        if (is_first)
            throw;
        note(fmt::format("{}; trying again", error_text(error)));
        return {};
    }
}

std::vector<Address> Host::ask()
{
    const auto offers = query_offers(address_, keys_, query_ns);
    if (is_interrupted())
        return {};
    if (!offers && seen_.empty())
        note("nobody answers; waiting");
    if (!offers)
        return {};
    if (offers->empty())
        note("nothing is published there; waiting");
    return fresh_of(*offers);
}

std::vector<Address> Host::fresh_of(const std::vector<DAO_NET_OFFER> &offers)
{
    std::vector<Address> fresh;
    std::set<std::string> listed;
    for (const DAO_NET_OFFER &offer : offers)
        if (!listed.insert(offer.topic).second)
            note(fmt::format("offers '{}' twice; the first is taken", offer.topic));
        else if (seen_.size() < most_names && seen_.insert(offer.topic).second)
            fresh.push_back({address_.host, address_.port, offer.topic});
    if (seen_.size() == most_names)
        note(fmt::format("offers many segments; {} are taken", most_names));
    return fresh;
}

void Host::offer_again(const Address &address, const std::exception &problem)
{
    seen_.erase(address.topic);
    note(fmt::format("not everything can be taken now: {}; trying again", error_text(problem)));
}

void Host::note(const std::string &problem)
{
    constexpr size_t most_notes = 100;
    if (noted_.size() < most_notes && noted_.insert(problem).second)
        print_note(fmt::format("{}: {}", address_text(address_), problem));
}

}
