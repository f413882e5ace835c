#include <cstdlib>
#include <map>
#include <memory>

#include <fmt/format.h>

#include "network/handle.hpp"
#include "network/host.hpp"
#include "network/host_name.hpp"
#include "network/remote.hpp"
#include "platform/limits.hpp"
#include "platform/platform.hpp"
#include "text/exit_code.hpp"
#include "text/json.hpp"
#include "text/numbers.hpp"
#include "text/output.hpp"
#include "text/printable.hpp"
#include "text/spans.hpp"
#include "timing/interrupt.hpp"

namespace daoshm
{

namespace
{

constexpr int64_t ask_ns = 2'000'000'000;
constexpr int64_t report_ns = 200'000'000;
constexpr int64_t answer_ns = 1'000'000'000;         // within which a publisher usually answers
constexpr int64_t complete_after_ns = 3'000'000'000; // every subscriber has shown itself by then
constexpr int64_t fresh_ns = 60'000'000'000; // and does so again every second, unless it died where that cannot be told

/// A topic is what somebody else says: it names a file in the folder that was chosen here, or nothing.
bool is_file_name(const std::string &topic)
{
    return !topic.empty() && topic.front() != '.' && topic.find_first_of("/\\:") == std::string::npos &&
           printable(topic) == topic;
}

/// The file has another source already.
class Filled : public ToolError
{
  public:
    Filled(const std::string &path, const std::string &by)
        : ToolError(fmt::format("{}: is filled from {}; expected one source for a file: --as NAME, or another --folder",
                                path, by))
    {
    }
};

/// Throws Filled when a subscriber of another process fills the file; of several, the one that began first does.
void require_unfilled(const std::string &path, uint32_t own_pid)
{
    DAO_NET_INFO info = DAO_NET_INFO_INIT;
    if (daoNetFind(path.c_str(), &info) == DAO_SUCCESS && info.pid != own_pid &&
        std::abs(static_cast<double>(span_ns(info.updated_ns, now_ns()))) < fresh_ns)
        throw Filled(
            path, fmt::format("{} ({}) by process {}", info.endpoint, info.topic[0] != 0 ? info.topic : "?", info.pid));
}

/// One subscription, and what was said of it.
class Copying
{
  public:
    Copying(const SubscribeOptions &options, const Address &address, const std::string &path)
        : options_(options), address_(address), path_(path), began_ns_(steady_ns()),
          net_(subscribe(address, {path, options.every, options.depth}, options.keys))
    {
    }
    const Address &address() const { return address_; }

    /// Print what changed. Throws Filled when it turns out that another process began first.
    void report()
    {
        const DAO_NET_INFO info = info_of(net_);
        if (!is_complete_ && steady_ns() - began_ns_ > complete_after_ns)
        {
            is_complete_ = true;
            require_unfilled(path_, info.pid);
        }
        if (info.state == state_ && info.copies == copies_ && info.message == message_)
            return;
        if (info.state == DAO_NET_CONNECTING && info.message[0] == 0 && steady_ns() - began_ns_ < answer_ns)
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
        print_now(printable(fmt::format("{} -> {}: {}{}", address_text(address_), path_, state_text(info), from)) +
                  "\n");
    }
    void summarise() const
    {
        const DAO_NET_INFO info = info_of(net_);
        if (options_.json)
            print_json_line(json_of(info));
        else
            print(printable(fmt::format("{}: {}, {} skipped, {} lost{}, {}", path_, count_text(info.frames, "frame"),
                                        info.skipped, info.lost, missed_before_text(info.missed_before),
                                        bytes_text(static_cast<double>(info.bytes)))) +
                  "\n");
    }
    /// Frames are missing: they were lost on the way, or could not be written.
    bool is_incomplete() const
    {
        const DAO_NET_INFO info = info_of(net_);
        return info.lost > 0 || info.missed_before > 0 || info.state == DAO_NET_FAILED;
    }

  private:
    Json json_of(const DAO_NET_INFO &info) const
    {
        return Json{{"source", address_text(address_)},
                    {"segment", absolute_path(path_)},
                    {"state", state_word(info)},
                    {"message", json_text(info.message)},
                    {"live", info.state == DAO_NET_LIVE},
                    {"host", json_text(info.host)},
                    {"frames", info.frames},
                    {"skipped", info.skipped},
                    {"lost", info.lost},
                    {"missed_before", info.missed_before},
                    {"bytes", info.bytes},
                    {"source_cnt0", json_if(info.frames > 0, info.source_cnt0)},
                    {"cnt0", json_if(info.frames > 0, info.cnt0)}};
    }

    const SubscribeOptions &options_;
    const Address address_;
    const std::string path_;
    const int64_t began_ns_;
    NetHandle net_;
    bool is_complete_ = false;
    uint32_t state_ = UINT32_MAX;
    uint32_t copies_ = 0;
    std::string message_;
};

/// The copies, by their files, each of which has one source.
class Copies
{
  public:
    explicit Copies(const SubscribeOptions &options) : options_(options) {}

    /// Throws Filled, or another ToolError when the name is none for a file.
    void add(const Address &address)
    {
        const std::string path = path_for(address);
        if (const auto found = copies_.find(path); found != copies_.end())
            throw Filled(path, address_text(found->second->address()) + " by this process");
        require_unfilled(path, 0);
        copies_.emplace(path, std::make_unique<Copying>(options_, address, path));
    }
    void report() const
    {
        for (const auto &[path, copy] : copies_)
            copy->report();
    }
    bool summarise() const
    {
        bool is_complete = true;
        for (const auto &[path, copy] : copies_)
        {
            copy->summarise();
            is_complete = is_complete && !copy->is_incomplete();
        }
        return is_complete;
    }

  private:
    std::string path_for(const Address &address) const
    {
        if (!options_.name.empty())
            return options_.name;
        if (!is_file_name(address.topic))
            throw ToolError(fmt::format("{}: '{}': cannot be the name of a file here; expected another (--as NAME)",
                                        address_text(address), address.topic));
        return options_.path_for(address.topic);
    }

    const SubscribeOptions &options_;
    std::map<std::string, std::unique_ptr<Copying>> copies_;
};

void note_passed_over(const Address &address, const std::exception &error)
{
    const std::string name = address_text(address) + ": ";
    const std::string problem = error_text(error);
    print_note(name + "passed over: " + (problem.starts_with(name) ? problem.substr(name.size()) : problem));
}

/// Copy what the host offers by now and did not before. What cannot be copied is passed over with a note; files that are
/// filled already are an error when the command begins.
void take(Host &host, Copies &copies)
{
    const bool is_first = !host.was_asked();
    for (const Address &address : host.newly_offered())
        try
        {
            copies.add(address);
        }
        catch (const Filled &error)
        {
            if (is_first)
                throw;
            note_passed_over(address, error);
        }
        catch (const NotNow &error)
        {
            host.offer_again(address, error);
        }
        catch (const ToolError &error)
        {
            note_passed_over(address, error);
        }
}

void run(std::vector<Host> &hosts, Copies &copies)
{
    int64_t ask_at_ns = 0;
    size_t turn = 0;
    while (!is_interrupted())
    {
        copies.report();
        if (!hosts.empty() && steady_ns() >= ask_at_ns) // one at a time, as it may take a second
        {
            take(hosts[turn], copies);
            turn = (turn + 1) % hosts.size();
            ask_at_ns = turn == 0 ? steady_ns() + ask_ns : 0;
            continue;
        }
        sleep_unless_interrupted(report_ns);
    }
}

}

int run_subscribe(const SubscribeOptions &options)
{
    if (!options.name.empty() && options.sources.size() != 1)
        throw ToolError(fmt::format("--as with {} sources; expected one", options.sources.size()), exit_usage);
    allow_many_files();
    std::vector<Address> sources;
    for (const std::string &source : options.sources)
        sources.push_back(parse_publisher(source));
    Copies copies(options);
    std::vector<Host> hosts; // alone, they stand for all that they offer
    for (const Address &source : sources)
        if (source.topic.empty() && options.name.empty())
            hosts.emplace_back(source, options.keys);
        else
            copies.add(source);
    note_unresolved(sources);
    run(hosts, copies);
    return copies.summarise() || !options.every ? exit_success : exit_findings;
}

}
