#include "network/host_name.hpp"

#include <algorithm>
#include <chrono>
#include <future>
#include <set>
#include <system_error>
#include <thread>

#include <fmt/format.h>

#include "platform/platform.hpp"
#include "text/output.hpp"
#include "timing/interrupt.hpp"

namespace daoshm
{

std::string unresolved(const Address &address, int64_t timeout_ns)
{
    std::string host = address.host;
    if (host.starts_with('['))
        host = host.substr(1, host.size() - 2);
    std::promise<std::string> promise;
    std::future<std::string> answer = promise.get_future();
    try
    {
        // Nothing ends the system's question, so it is not waited for.
        std::thread([host, promise = std::move(promise)]() mutable {
            promise.set_value(host_name_problem(host));
        }).detach();
    }
    catch (const std::system_error &) // no more threads: not known
    {
        return "";
    }
    const int64_t until_ns = steady_ns() + timeout_ns;
    while (answer.wait_for(std::chrono::milliseconds(10)) != std::future_status::ready)
        if (is_interrupted() || steady_ns() >= until_ns)
            return "";
    const std::string problem = answer.get();
    return problem.empty() ? "" : fmt::format("{}: cannot be resolved: {}", host, problem);
}

void note_unresolved(const std::vector<Address> &addresses)
{
    constexpr int64_t patience_ns = 1'000'000'000;
    std::set<std::string> asked;
    for (const Address &address : addresses)
        if (asked.insert(address.host).second)
            if (const std::string problem = unresolved(address, patience_ns); !problem.empty())
                print_note(problem + "; waiting");
}

}
