#include <filesystem>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "network/handle.hpp"
#include "network/host.hpp"
#include "platform/limits.hpp"
#include "platform/platform.hpp"
#include "text/exit_code.hpp"
#include "text/json.hpp"
#include "text/output.hpp"
#include "text/printable.hpp"
#include "timing/interrupt.hpp"

namespace daoshm
{

namespace
{

constexpr int64_t look_ns = 500'000'000;
constexpr int64_t long_ns = 3'600'000'000'000;

/// A segment of one slot leaves no time to send a frame before the next one.
void require_depth(const std::string &path)
{
    const Dao::Image segment = Dao::Image::open_read_only(path);
    if (segment.info().depth < 2)
        throw ToolError(fmt::format(
            "{}: depth 1: a frame is overwritten by the next; expected 2 or more to send every frame", segment.name()));
}

/// A segment, offered as soon as there is one.
class Offering
{
  public:
    Offering(const PublishOptions &options, std::string name) : options_(options), name_(std::move(name))
    {
        const std::string path = options_.path_for(name_);
        char topic[DAO_NET_TOPIC_SIZE] = "";
        if (options_.topic.empty())
            require(daoNetTopicOf(path.c_str(), topic));
        topic_ = options_.topic.empty() ? topic : options_.topic;
    }
    const std::string &topic() const { return topic_; }
    bool is_offered() const { return is_offered_; }

    /// Offer it, unless it does not exist yet: that is said once. Throws when it cannot be offered.
    void offer(const NetHandle &net)
    {
        const std::string path = options_.path_for(name_);
        if (!is_there(path))
        {
            note(fmt::format("{}: there is no such segment yet; waiting", path));
            return;
        }
        if (options_.every)
            require_depth(path);
        require(daoNetPublish(net.get(), path.c_str(), topic_.c_str()));
        is_offered_ = true;
    }
    /// The same, later: what is wrong with it is said once.
    void offer_or_note(const NetHandle &net)
    {
        try
        {
            offer(net);
        }
        catch (const std::exception &error)
        {
            note(error_text(error));
        }
    }

  private:
    /// Also when it cannot be looked at: opening it says why.
    static bool is_there(const std::string &path)
    {
        std::error_code error;
        return std::filesystem::status(path_of(path), error).type() != std::filesystem::file_type::not_found;
    }
    void note(const std::string &problem)
    {
        if (problem != noted_)
            print_note(problem);
        noted_ = problem;
    }

    const PublishOptions &options_;
    std::string name_;
    std::string topic_;
    std::string noted_;
    bool is_offered_ = false;
};

std::vector<std::string> topics_of(const std::vector<Offering> &offerings, bool offered)
{
    std::vector<std::string> topics;
    for (const Offering &offering : offerings)
        if (offering.is_offered() == offered)
            topics.push_back(offering.topic());
    return topics;
}

/// At the beginning, and again when one came that was waited for.
void print_state(const PublishOptions &options, const NetHandle &net, const std::vector<Offering> &offerings)
{
    const DAO_NET_INFO info = info_of(net);
    const std::vector<std::string> topics = topics_of(offerings, true);
    if (options.json)
    {
        print_json_line(Json{{"endpoint", info.endpoint},
                             {"topics", topics},
                             {"waiting", topics_of(offerings, false)},
                             {"encrypted", info.encrypted != 0},
                             {"public_key", json_text(info.public_key)}});
        return;
    }
    std::string text =
        fmt::format("publishing {} at {}", topics.empty() ? "nothing yet" : fmt::format("{}", fmt::join(topics, ", ")),
                    info.endpoint);
    text += fmt::format("\n{}\n", exposure_text(info));
    if (info.encrypted != 0)
        text += fmt::format("public key: {}\n", info.public_key);
    print_now(printable(text, "\n"));
}

void require_different_topics(const std::vector<Offering> &offerings)
{
    std::set<std::string> topics;
    for (const Offering &offering : offerings)
        if (!topics.insert(offering.topic()).second)
            throw ToolError(fmt::format("{}: two of the segments are called so; expected different names at a port",
                                        offering.topic()));
}

}

int run_publish(const PublishOptions &options)
{
    if (!options.topic.empty() && options.segments.size() != 1)
        throw ToolError(fmt::format("--topic with {} segments; expected one", options.segments.size()), exit_usage);
    std::vector<Offering> offerings;
    for (const std::string &name : options.segments)
        offerings.emplace_back(options, name);
    require_different_topics(offerings);
    allow_many_files();
    const NetHandle net = open_publisher(options.place);
    for (Offering &offering : offerings)
        offering.offer(net);
    print_state(options, net, offerings);
    while (!is_interrupted())
    {
        const std::vector<std::string> before = topics_of(offerings, true);
        for (Offering &offering : offerings)
            if (!offering.is_offered())
                offering.offer_or_note(net);
        if (topics_of(offerings, true) != before)
            print_state(options, net, offerings);
        sleep_unless_interrupted(before.size() == offerings.size() ? long_ns : look_ns);
    }
    return exit_success;
}

}
